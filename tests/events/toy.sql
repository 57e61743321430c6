-- What the toy service knows: each verdict, and what became of it.
CREATE TABLE verdicts (feedback_id text PRIMARY KEY, sequence integer, review text);
