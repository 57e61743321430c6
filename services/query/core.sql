-- Found SQL and results, kept for speed only: losing these tables' rows changes no answer. Never rebuilt.
CREATE TABLE cached (
    kind text NOT NULL,
    key text NOT NULL,
    dataset_id text NOT NULL,
    body jsonb NOT NULL,
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX cached_by_dataset ON cached (dataset_id);
CREATE INDEX cached_by_expiry ON cached (expires_at);

-- When the caches of a dataset were last cleared: what was begun before is not to be used, even when it is put later.
CREATE TABLE cache_clearings (dataset_id text PRIMARY KEY, cleared_at timestamptz NOT NULL);
