"""Asks an old question again: with what is known today, or with what was known at an earlier time, from the log."""
