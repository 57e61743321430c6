-- What people said of answers. From FeedbackGiven.
CREATE TABLE verdicts (
    feedback_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    sequence bigint NOT NULL,
    normalised_question text NOT NULL,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    traceparent text,
    given jsonb NOT NULL
);
CREATE INDEX verdicts_of_question ON verdicts (dataset_id, normalised_question);

-- What became of them. From FeedbackReviewed.
CREATE TABLE reviews (feedback_id text PRIMARY KEY, verdict text NOT NULL);

-- Pairs that were learned, with their newest generation. From CheckpointReached.
CREATE TABLE pairs (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    generation bigint NOT NULL,
    normalised_question text NOT NULL,
    PRIMARY KEY (dataset_id, item_id)
);
CREATE INDEX pairs_of_question ON pairs (dataset_id, normalised_question);
