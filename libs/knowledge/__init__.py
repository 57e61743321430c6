"""What a dataset knows, as every service names it."""
