"""Answers without a model: by verified pairs, and by composing SQL from what the words of a question mean here."""
