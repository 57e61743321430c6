"""What datasets know: items in PostgreSQL, their vectors in Chroma, both fed only by events."""
