"""Finds in a question what it speaks of in one database: tables, columns, values, terms, and what they mean together."""
