"""Answers from what is known: verified pairs adapted, a model when there is one, or SQL composed from the schema."""
