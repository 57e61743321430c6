"""Looking at a user's database on request."""
