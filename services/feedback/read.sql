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

-- What became of them, the newest version. From FeedbackReviewed.
CREATE TABLE reviews (
    feedback_id text PRIMARY KEY,
    version integer NOT NULL,
    verdict text NOT NULL,
    state jsonb NOT NULL
);

-- What people decided about what is held, and took back. From LearningDecided.
CREATE TABLE decisions (
    subject_id text NOT NULL,
    decision_sequence integer NOT NULL,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    traceparent text,
    decided jsonb NOT NULL,
    PRIMARY KEY (subject_id, decision_sequence)
);

-- Trainings that were asked for, without what they are to learn. From TrainingRequested.
CREATE TABLE requests (
    training_id text PRIMARY KEY,
    event_id text NOT NULL,
    correlation_id text NOT NULL,
    traceparent text,
    lesson boolean NOT NULL,
    requested jsonb NOT NULL
);

-- The last checkpoint of each training that taught something, and where its request stands in the log. From
-- CheckpointReached.
CREATE TABLE taught (training_id text PRIMARY KEY, sequence bigint NOT NULL, requested_offset bigint NOT NULL);

-- Pairs that were learned, as they were learned last; `gone` are those that are to be known no longer. From
-- CheckpointReached.
CREATE TABLE pairs (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    generation bigint NOT NULL,
    normalised_question text NOT NULL,
    origin text NOT NULL,
    training_id text NOT NULL,
    requested_offset bigint NOT NULL,
    "offset" bigint NOT NULL,
    gone boolean NOT NULL,
    item jsonb NOT NULL,
    PRIMARY KEY (dataset_id, item_id)
);
CREATE INDEX pairs_of_question ON pairs (dataset_id, normalised_question);
CREATE INDEX pairs_of_training ON pairs (training_id);

-- Which training taught which pair, also when others taught it since. From CheckpointReached.
CREATE TABLE teachings (
    training_id text NOT NULL,
    item_id text NOT NULL,
    dataset_id text NOT NULL,
    generation bigint NOT NULL,
    normalised_question text NOT NULL,
    origin text NOT NULL,
    feedback_id text,
    source text NOT NULL,
    requested_offset bigint NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (training_id, item_id)
);
CREATE INDEX teachings_of_question ON teachings (dataset_id, normalised_question);
CREATE INDEX teachings_of_item ON teachings (dataset_id, item_id);

CREATE VIEW present_pairs AS
SELECT pairs.* FROM pairs LEFT JOIN generations AS g USING (dataset_id)
WHERE NOT gone AND pairs.generation >= coalesce(g.generation, 0);

-- Without those that a later word of a person supersedes, which is what the query service knows.
CREATE VIEW known_pairs AS
SELECT * FROM present_pairs AS item WHERE NOT EXISTS (
    SELECT FROM present_pairs AS given
    WHERE given.dataset_id = item.dataset_id AND given.normalised_question = item.normalised_question
    AND given.origin = 'feedback' AND given.item_id <> item.item_id
    AND (item.origin <> 'feedback' OR (item.requested_offset, item."offset") < (given.requested_offset, given."offset")));

-- How checks were answered. From QuestionAnswered.
CREATE TABLE check_answers (
    question_id text PRIMARY KEY,
    outcome text NOT NULL,
    known boolean NOT NULL,
    strategy text NOT NULL,
    sql text,
    items jsonb NOT NULL,
    terms jsonb NOT NULL
);

-- How each verified question was last answered without its own pair, after which training. From LearningMeasured.
CREATE TABLE marks (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    mark text NOT NULL,
    measured_at timestamptz NOT NULL,
    training_id text NOT NULL,
    PRIMARY KEY (dataset_id, item_id)
);

-- What became of measured trainings, the newest version. From LearningMeasured.
CREATE TABLE measured (
    training_id text PRIMARY KEY,
    version integer NOT NULL,
    state jsonb NOT NULL
);

-- What still counts of what was ever taught: of verdicts those that are accepted, of trainings and imports those that are
-- not held or dropped. A lesson that brought something back only repeats one of these.
CREATE VIEW standing_teachings AS
SELECT t.* FROM teachings AS t LEFT JOIN generations AS g USING (dataset_id)
LEFT JOIN reviews AS r USING (feedback_id) LEFT JOIN measured AS m USING (training_id)
WHERE t.generation >= coalesce(g.generation, 0) AND CASE t.source
    WHEN 'feedback' THEN r.verdict = 'accepted' AND r.state ->> 'training_id' = t.training_id
    ELSE coalesce(m.state ->> 'verdict', 'kept') IN ('kept', 'accepted') END;
