"""Events: the catalogue, the envelope, consuming, the outbox and projections."""
