"""Texts that users read, in Chinese and English."""
