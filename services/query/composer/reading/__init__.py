"""Reads a linked question, step by step, into a plan; each step takes what no earlier one took."""
