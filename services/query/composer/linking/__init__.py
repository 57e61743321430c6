"""Finds what a question speaks of in one database: tables, columns, values, terms, and what is meant of them."""
