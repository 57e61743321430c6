"""Datasets and their business terms: how they may change."""
