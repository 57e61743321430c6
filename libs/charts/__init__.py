"""What a chart is, for those who choose it, describe it and draw it."""
