"""What becomes of rows: a chart, and a sentence about them."""
