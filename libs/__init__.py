"""Shared code of the services."""
