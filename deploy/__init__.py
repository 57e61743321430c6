"""Ways to run Espalier."""
