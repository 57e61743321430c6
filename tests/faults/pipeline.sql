CREATE TABLE counts (dataset_id text PRIMARY KEY, events bigint NOT NULL, sequences bigint NOT NULL);
