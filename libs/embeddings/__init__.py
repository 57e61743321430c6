"""Embeddings: texts become vectors, with a model inside a Python package or any OpenAI-compatible endpoint."""
