"""Reads what comes first and by what it does."""
