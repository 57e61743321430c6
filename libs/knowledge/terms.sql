-- Business terms as they are now, whether trained or not. From BusinessTermChanged.
CREATE TABLE terms (
    dataset_id text NOT NULL,
    term_id text NOT NULL,
    version bigint NOT NULL,
    terms_version bigint NOT NULL,
    term text NOT NULL,
    definition text NOT NULL,
    synonyms jsonb NOT NULL,
    sql_expression text,
    deleted boolean NOT NULL,
    PRIMARY KEY (dataset_id, term_id)
);
