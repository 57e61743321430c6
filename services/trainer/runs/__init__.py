"""Trainings as state: what was asked, what is wanted, how far they are."""
