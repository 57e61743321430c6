"""Questions that go on from the turns before: recognised, made whole, and told how they were understood."""
