"""Reads at what time things were, and what time that is."""
