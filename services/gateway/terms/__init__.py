"""Business terms as sheets: all of a dataset's terms taken away, and many sent in at once."""
