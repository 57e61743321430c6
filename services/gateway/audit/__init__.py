"""Who did what, and when: told by the events themselves, and noted where no event lasts."""
