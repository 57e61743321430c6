"""Control: what people want of a training while it runs."""
