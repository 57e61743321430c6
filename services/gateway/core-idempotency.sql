-- The ids of what a request with an Idempotency-Key has written: set in the transaction that writes it, so that it is
-- never carried out twice, even when its answer was lost.
ALTER TABLE idempotency_keys ADD COLUMN written jsonb;
