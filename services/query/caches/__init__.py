"""Remembers found SQL for 7 days and results for 5 minutes. They only save time."""
