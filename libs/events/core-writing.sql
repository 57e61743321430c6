-- Begins a writing transaction: waits while a rebuild swaps the read models, and refuses a process of a release that
-- would write them in another shape. Two statements, so that the second sees what was swapped while the first waited.
CREATE FUNCTION begin_writing() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'45535041'::int);
    IF (SELECT hash FROM core.read_models WHERE schema = 'read') <> current_setting('espalier.read_models', true) THEN
        RAISE EXCEPTION 'the read models were rebuilt by another release' USING ERRCODE = 'ESP01';
    END IF;
END
$$;
