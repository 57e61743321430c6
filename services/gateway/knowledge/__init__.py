"""What datasets know as files: all of it taken away, and question/SQL pairs given."""
