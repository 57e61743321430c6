"""Reads what is counted, added up and averaged, and how much of it each has."""
