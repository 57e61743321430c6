-- Read models of the gateway. Each table belongs to one topic; what depends on several is derived on reading.
CREATE TABLE datasources (
    datasource_id text PRIMARY KEY,
    version bigint NOT NULL,
    owner_id text NOT NULL,
    state jsonb NOT NULL,
    deleted boolean NOT NULL
);
CREATE INDEX datasources_owner ON datasources (owner_id);

CREATE TABLE datasets (
    dataset_id text PRIMARY KEY,
    version bigint NOT NULL,
    owner_id text NOT NULL,
    datasource_id text NOT NULL,
    state jsonb NOT NULL,
    deleted boolean NOT NULL
);
CREATE INDEX datasets_owner ON datasets (owner_id);

CREATE TABLE terms (
    term_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    version bigint NOT NULL,
    terms_version bigint NOT NULL,
    state jsonb NOT NULL,
    deleted boolean NOT NULL
);
CREATE INDEX terms_dataset ON terms (dataset_id);

CREATE TABLE removals (dataset_id text PRIMARY KEY, generation bigint NOT NULL);

CREATE TABLE inspections (
    inspection_id text NOT NULL,
    part integer NOT NULL,
    datasource_id text NOT NULL,
    sequence bigint NOT NULL,
    only_test boolean NOT NULL,
    ok boolean NOT NULL,
    state jsonb NOT NULL,
    PRIMARY KEY (inspection_id, part)
);
CREATE INDEX inspections_datasource ON inspections (datasource_id, sequence DESC);

-- `given` counts the pairs that a feedback or an import gave it to learn.
CREATE TABLE trainings (
    training_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    source text NOT NULL,
    requested_at timestamptz NOT NULL,
    who text NOT NULL,
    table_names jsonb NOT NULL,
    given integer NOT NULL
);
CREATE INDEX trainings_dataset ON trainings (dataset_id, training_id DESC);

CREATE TABLE controls (
    training_id text NOT NULL,
    control_sequence bigint NOT NULL,
    kind text NOT NULL,
    requested_at timestamptz NOT NULL,
    PRIMARY KEY (training_id, control_sequence)
);

-- "offset" orders all checkpoints of a dataset, because they are in one partition.
CREATE TABLE checkpoints (
    training_id text NOT NULL,
    sequence bigint NOT NULL,
    dataset_id text NOT NULL,
    "offset" bigint NOT NULL,
    status text NOT NULL,
    state jsonb NOT NULL,
    PRIMARY KEY (training_id, sequence)
);
CREATE INDEX checkpoints_dataset ON checkpoints (dataset_id, "offset");

CREATE TABLE training_logs (
    training_id text NOT NULL,
    number bigint NOT NULL,
    dataset_id text NOT NULL,
    "offset" bigint NOT NULL,
    level text NOT NULL,
    content text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (training_id, number)
);
CREATE INDEX training_logs_dataset ON training_logs (dataset_id, "offset", number);

CREATE TABLE learned_items (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    generation bigint NOT NULL,
    kind text NOT NULL,
    origin text NOT NULL,
    normalised_question text,
    state jsonb NOT NULL,
    learned_at timestamptz NOT NULL,
    requested_offset bigint NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (dataset_id, item_id, generation)
);
CREATE INDEX learned_items_question ON learned_items (dataset_id, normalised_question);

-- Without the pairs that a correction supersedes: of pairs with one question the last that a person gave counts,
-- last asked for in the log, which is what the query service goes by too.
CREATE VIEW known_items AS
SELECT * FROM learned_items AS item WHERE NOT EXISTS (
    SELECT FROM learned_items AS given
    WHERE item.kind = 'pair' AND given.kind = 'pair' AND given.origin = 'feedback'
    AND given.dataset_id = item.dataset_id AND given.normalised_question = item.normalised_question
    AND given.generation = item.generation AND given.item_id <> item.item_id
    AND (item.origin <> 'feedback' OR (item.requested_offset, item."offset") < (given.requested_offset, given."offset")));

CREATE TABLE questions (
    question_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    conversation_id text NOT NULL,
    who text NOT NULL,
    state jsonb NOT NULL,
    asked_at timestamptz NOT NULL
);
CREATE INDEX questions_conversation ON questions (conversation_id, asked_at);
CREATE INDEX questions_who ON questions (who, asked_at DESC);

CREATE TABLE deleted_conversations (conversation_id text PRIMARY KEY);

CREATE VIEW shown_questions AS
SELECT * FROM questions WHERE NOT EXISTS (
    SELECT FROM deleted_conversations AS deleted WHERE deleted.conversation_id = questions.conversation_id);

-- What a conversation consists of: a question that was asked again is no part of it.
CREATE VIEW turns AS SELECT * FROM shown_questions WHERE state->>'replays' IS NULL;

CREATE TABLE answer_steps (
    question_id text NOT NULL,
    number integer NOT NULL,
    state jsonb NOT NULL,
    PRIMARY KEY (question_id, number)
);

CREATE TABLE answers (question_id text PRIMARY KEY, state jsonb NOT NULL);

-- Rows of users' databases: kept a day, like their topic.
CREATE TABLE answer_rows (
    question_id text PRIMARY KEY,
    state jsonb NOT NULL,
    fetched_at timestamptz NOT NULL
);

CREATE TABLE feedback (
    feedback_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    sequence bigint NOT NULL,
    who text NOT NULL,
    state jsonb NOT NULL
);
CREATE INDEX feedback_dataset ON feedback (dataset_id, sequence DESC);

-- The newest version of what became of a verdict.
CREATE TABLE reviews (feedback_id text PRIMARY KEY, version integer NOT NULL, state jsonb NOT NULL);

CREATE TABLE decisions (
    subject_id text NOT NULL,
    decision_sequence integer NOT NULL,
    state jsonb NOT NULL,
    PRIMARY KEY (subject_id, decision_sequence)
);

-- The newest version of what became of a training that was measured; "measured_at" is of the first.
CREATE TABLE measures (
    training_id text PRIMARY KEY,
    dataset_id text NOT NULL,
    version integer NOT NULL,
    measured_at timestamptz NOT NULL,
    state jsonb NOT NULL
);
CREATE INDEX measures_dataset ON measures (dataset_id, measured_at DESC, training_id);

-- Who did what. A row for each event that tells of an act, by the id of the event, so that each topic has its own rows.
CREATE TABLE audit (
    event_id text PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    subject_id text NOT NULL,
    dataset_id text,
    about text NOT NULL
);
CREATE INDEX audit_at ON audit (at DESC, event_id DESC);
CREATE INDEX audit_who ON audit (who, at DESC, event_id DESC);
