"""Asks a file of questions through the running service, and writes a line for each answer."""
