-- Work that is to be done, and who does it. A held row whose time is over belongs to whoever claims it next.
CREATE TABLE work (
    kind text NOT NULL,
    subject text NOT NULL,
    group_key text,
    priority integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'held')),
    holder text,
    epoch bigint NOT NULL DEFAULT 0,
    expires_at timestamptz,
    available_at timestamptz NOT NULL DEFAULT now(),
    offered_at timestamptz NOT NULL DEFAULT now(),
    offered_again boolean NOT NULL DEFAULT false,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX work_claimable ON work (kind, priority DESC, offered_at);
-- At most one of a group is held: the group's second claim waits for this index and then fails.
CREATE UNIQUE INDEX work_group_held ON work (kind, group_key) WHERE state = 'held';

-- Epochs outlive the work, so that a subject that is offered again never sees an old epoch twice.
CREATE TABLE work_epochs (
    kind text NOT NULL,
    subject text NOT NULL,
    epoch bigint NOT NULL,
    PRIMARY KEY (kind, subject)
);
