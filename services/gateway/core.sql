-- Who may use the gateway. Not on the log, by intention: what is here is secret or of no interest to others.
CREATE TABLE accounts (
    account_id text PRIMARY KEY,
    username text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN ('admin', 'member')),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Only hashes of tokens are kept: who reads this table cannot sign in with it.
CREATE TABLE tokens (
    token_hash text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);

CREATE TABLE login_failures (
    username text PRIMARY KEY,
    failures integer NOT NULL,
    failed_at timestamptz NOT NULL
);

-- Answers to requests with an Idempotency-Key, kept for a day. `status` is null while the request runs.
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    status integer,
    content_type text,
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
