-- Vectors by the hash of their text, kept for speed only: losing rows changes nothing but time.
CREATE TABLE embeddings (
    text_hash bytea NOT NULL,
    model text NOT NULL,
    dimensions integer NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (text_hash, model)
);

-- Inspections that are offered as work, with what was asked for; gone once they are answered.
CREATE TABLE inspections (
    inspection_id text PRIMARY KEY,
    requested jsonb NOT NULL,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    traceparent text
);
