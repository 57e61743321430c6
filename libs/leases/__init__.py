"""Work that one process at a time holds, fenced by an epoch."""
