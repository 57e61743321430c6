"""What follows from an accepted verdict: the training that learns it."""
