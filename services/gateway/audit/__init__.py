"""Who did what, and when: told by the events themselves."""
