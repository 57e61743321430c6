-- A repeated request gets the headers of the first answer too: its place, version and position.
ALTER TABLE idempotency_keys ADD COLUMN headers jsonb NOT NULL DEFAULT '{}';
