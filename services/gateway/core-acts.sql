-- Who did what that no event tells of for good: accounts are not on the log, and that a cache was cleared is there for a
-- week. The audit shows it together with what the events tell; the columns are those of read.audit.
CREATE TABLE acts (
    act_id text PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    action text NOT NULL,
    subject_id text NOT NULL,
    dataset_id text,
    about text NOT NULL
);
CREATE INDEX acts_at ON acts (at DESC, act_id DESC);
CREATE INDEX acts_who ON acts (who, at DESC, act_id DESC);
