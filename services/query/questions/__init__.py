"""Questions: recorded at once, answered by a worker that holds a lease, step by step and always with an outcome."""
