"""Thinking about a question in rounds: what is known, what is done next, and what becomes of what happened."""
