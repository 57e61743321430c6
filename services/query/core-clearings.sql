-- How often the caches of a dataset were cleared is in the key of every entry: times of two clocks need not be compared.
TRUNCATE cached, cache_clearings;
ALTER TABLE cached DROP COLUMN begun_at;
ALTER TABLE cache_clearings DROP COLUMN cleared_at;
ALTER TABLE cache_clearings ADD COLUMN number bigint NOT NULL;
