-- Checkpoints that taught something: each counts once, and their number is a part of the knowledge version.
CREATE TABLE checkpoints (
    dataset_id text NOT NULL,
    training_id text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (dataset_id, training_id, sequence)
);

-- What each dataset knows. The vectors of the items are in Chroma, in the collection of the dataset and this copy.
CREATE TABLE items (
    dataset_id text NOT NULL,
    item_id text NOT NULL,
    generation bigint NOT NULL,
    kind text NOT NULL,
    origin text NOT NULL,
    text text NOT NULL,
    question text,
    normalised_question text,
    sql text,
    tables jsonb NOT NULL,
    content jsonb,
    training_id text NOT NULL,
    learned_at timestamptz NOT NULL,
    requested_offset bigint NOT NULL,
    "offset" bigint NOT NULL,
    PRIMARY KEY (dataset_id, item_id)
);
CREATE INDEX items_of_question ON items (dataset_id, normalised_question) WHERE kind = 'pair';

-- Questions, and how they ended. The columns to `asked` are from QuestionAsked, the others from QuestionAnswered.
-- `heard`: the end is as the log has it, not only as we wrote it.
CREATE TABLE questions (
    question_id text PRIMARY KEY,
    event_id text,
    correlation_id text,
    traceparent text,
    asked jsonb,
    outcome text,
    sql text,
    understood text,
    said text,
    choices jsonb,
    knowledge_version bigint,
    answered_at timestamptz,
    heard boolean NOT NULL DEFAULT false
);
CREATE INDEX questions_of_conversation ON questions ((asked ->> 'conversation_id'));

-- Conversations that no question follows up on any longer.
CREATE TABLE deleted_conversations (
    conversation_id text NOT NULL,
    who text NOT NULL,
    PRIMARY KEY (conversation_id, who)
);
