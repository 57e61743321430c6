"""Reviews of what people say about answers: recorded at once, checked by a worker, decided by a pure function."""
