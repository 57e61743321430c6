-- Events that wait to be sent, written in the transaction of the state they tell of. Never rebuilt.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard smallint NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    headers jsonb NOT NULL,
    sent_at timestamptz,
    sent_partition integer,
    sent_offset bigint
);
CREATE INDEX outbox_unsent ON outbox (shard, id) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- How far each shard's events were acknowledged in each partition: where to look, after a crash, for events that were sent but not marked.
CREATE TABLE outbox_acknowledged (
    shard smallint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (shard, topic, partition)
);
