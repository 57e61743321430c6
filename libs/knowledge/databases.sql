-- What is known of users' databases, and which of them a dataset asks. Each table belongs to one topic.
CREATE TABLE datasources (
    datasource_id text PRIMARY KEY,
    version bigint NOT NULL,
    settings jsonb NOT NULL,
    deleted boolean NOT NULL
);

CREATE TABLE datasets (
    dataset_id text PRIMARY KEY,
    version bigint NOT NULL,
    datasource_id text NOT NULL,
    tables jsonb NOT NULL,
    relations jsonb NOT NULL,
    policies jsonb NOT NULL,
    deleted boolean NOT NULL
);

-- Parts of structures; those before the newest whole one are gone.
CREATE TABLE structures (
    datasource_id text NOT NULL,
    sequence bigint NOT NULL,
    part integer NOT NULL,
    parts integer NOT NULL,
    tables jsonb NOT NULL,
    relations jsonb NOT NULL,
    PRIMARY KEY (datasource_id, sequence, part)
);

-- What a dataset knew before this generation was removed.
CREATE TABLE generations (dataset_id text PRIMARY KEY, generation bigint NOT NULL);
