"""Reads which rows are meant: what they hold, lack, and are compared with."""
