-- Trainings. requested_* are from TrainingRequested, wish_* from pause, resume and cancel requests, the rest from our own
-- CheckpointReached: each topic writes its own columns only.
CREATE TABLE runs (
    training_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    requested jsonb,
    requested_event_id text,
    requested_correlation_id text,
    requested_traceparent text,
    requested_offset bigint NOT NULL DEFAULT 0,
    wish text NOT NULL DEFAULT 'go',
    wish_sequence bigint NOT NULL DEFAULT 0,
    sequence bigint NOT NULL DEFAULT 0,
    status text,
    attempt integer NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    stalled integer NOT NULL DEFAULT 0,
    answered bigint NOT NULL DEFAULT 0,
    stage integer NOT NULL DEFAULT 0,
    progress double precision NOT NULL DEFAULT 0,
    items_learned integer NOT NULL DEFAULT 0,
    message text NOT NULL DEFAULT '',
    problem jsonb
);

-- What datasets know, without the texts, and what was taken back: no training learns again what is here.
CREATE TABLE learned (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    generation bigint NOT NULL,
    kind text NOT NULL,
    origin text NOT NULL,
    tables jsonb NOT NULL,
    training_id text NOT NULL,
    taken_back boolean NOT NULL,
    normalised_question text,
    requested_offset bigint NOT NULL,
    PRIMARY KEY (dataset_id, item_id)
);
CREATE INDEX learned_question ON learned (dataset_id, normalised_question);

-- The last inspection of each data source, whatever it found.
CREATE TABLE inspected (datasource_id text PRIMARY KEY, sequence bigint NOT NULL);
