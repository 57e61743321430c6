"""Training a dataset: four stages, each learning items in batches."""
