-- The name of this copy of the read models; what lives outside PostgreSQL (Chroma collections) carries it too.
CREATE TABLE copy AS SELECT replace(gen_random_uuid()::text, '-', '') AS name;

-- How far this copy of the read models has read each partition. Part of the copy, so that swapping a copy swaps its position.
CREATE TABLE offsets (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Messages that could not be handled: what this copy does not know.
CREATE TABLE gaps (
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    reason text NOT NULL,
    key text,
    PRIMARY KEY (topic, partition, "offset")
);
