"""A language model that is asked for SQL: what it is told, how it is asked, and how its answer is read."""
