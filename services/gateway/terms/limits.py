"""How long the parts of a business term may be, in characters, and how many there may be."""

NAME = 200
LONG = 4_000
SYNONYMS = 50
LINES = 2_000
"""Terms of one file: they are written in one transaction."""
