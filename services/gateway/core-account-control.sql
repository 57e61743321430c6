-- Accounts can be closed, and people see and end their tokens one by one.
ALTER TABLE accounts ADD COLUMN active boolean NOT NULL DEFAULT true;
ALTER TABLE tokens ADD COLUMN token_id text NOT NULL DEFAULT gen_random_uuid()::text UNIQUE;
ALTER TABLE tokens ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE tokens ADD COLUMN last_used_at timestamptz;
UPDATE tokens SET created_at = expires_at - interval '12 hours';
CREATE INDEX tokens_account ON tokens (account_id);
