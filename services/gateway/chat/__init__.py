"""Questions and their answers as the gateway sees them."""
