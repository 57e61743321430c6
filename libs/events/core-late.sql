-- What an event says instead when it could not be sent by a moment: an answer after its deadline is none any more.
ALTER TABLE outbox ADD COLUMN late_after timestamptz;
ALTER TABLE outbox ADD COLUMN late_value bytea;
