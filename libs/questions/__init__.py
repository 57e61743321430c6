"""What services must agree on about questions."""
