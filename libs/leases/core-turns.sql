-- Whose turn it is: work of one kind that several people wait for is taken in turns, not in order of arrival.
ALTER TABLE work ADD COLUMN turn_key text;

CREATE TABLE work_turns (
    kind text NOT NULL,
    turn_key text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (kind, turn_key)
);
