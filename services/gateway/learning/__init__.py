"""What trainings and corrections did to answers, and what people decide about it."""
