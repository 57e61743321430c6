"""The four services; they speak only through topics."""
