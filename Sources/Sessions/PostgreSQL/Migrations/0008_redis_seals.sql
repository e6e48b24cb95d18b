-- The keys that seal snapshots in Redis. Who has such a key and can write to Redis can
-- sign in as anybody, so a key must be in no dump, and be worthless soon:
--   * an UNLOGGED table is in no replica, base backup or archive, and is empty after a crash
--     or the promotion of a standby;
--   * pg_dump writes the rows of such a table, but no generated column: a restored row gets
--     another key;
--   * a key is used by one run of the server, and for a day;
--   * the statistics of the planner, which are in backups, have no value of it.
-- Without a key, as on a server that has been read-only since its start, workers do not use Redis.

CREATE FUNCTION @schema@.redis_seal_key_bytes(generation integer) RETURNS bytea
LANGUAGE plpgsql
-- Not true. A generated column must be IMMUTABLE; it is computed once, when its row is inserted.
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @schema@.session_random_bytes();
END
$$;

COMMENT ON FUNCTION @schema@.redis_seal_key_bytes(integer) IS
    'AuthFCGI, internal: returns 32 random bytes, others with each call.';


CREATE UNLOGGED TABLE @schema@.redis_seal_keys (
    generation        integer     PRIMARY KEY,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    server_started_at timestamptz NOT NULL DEFAULT pg_postmaster_start_time(),
    key               bytea       NOT NULL GENERATED ALWAYS AS (@schema@.redis_seal_key_bytes(generation)) STORED
);

ALTER TABLE @schema@.redis_seal_keys ALTER COLUMN key SET STATISTICS 0;

COMMENT ON TABLE @schema@.redis_seal_keys IS
    'AuthFCGI, secret: the keys that seal snapshots in Redis, made by the workers, for one run of the server and at most a day each. To make a new one, call rotate_session_key(): what older ones have sealed is valid for 6 minutes more. Deleting all rows invalidates all snapshots in Redis.';


CREATE FUNCTION @schema@.current_redis_seal_keys(OUT keys bytea, OUT is_due boolean)
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    WITH present AS (
        SELECT k.generation, k.created_at, k.key
          FROM @schema@.redis_seal_keys k
         WHERE k.server_started_at = pg_postmaster_start_time()
    ), sealing AS (
        -- Every worker has read it by then.
        SELECT coalesce(max(p.generation) FILTER (WHERE p.created_at <= statement_timestamp() - interval '10 seconds'),
                        min(p.generation)) AS generation
          FROM present p
    )
    -- A snapshot is valid for 5 minutes. The clocks of workers may run unevenly.
    SELECT string_agg(pg_catalog.int4send(p.generation) || p.key, ''::bytea
                      ORDER BY p.generation = s.generation DESC, p.generation DESC),
           coalesce(max(p.created_at) <= statement_timestamp() - interval '1 day', true)
      INTO current_redis_seal_keys.keys, current_redis_seal_keys.is_due
      FROM present p CROSS JOIN sealing s
     WHERE NOT EXISTS (SELECT FROM present n
                        WHERE n.generation > p.generation
                          AND n.created_at <= statement_timestamp() - interval '6 minutes 10 seconds');
END
$$;

COMMENT ON FUNCTION @schema@.current_redis_seal_keys() IS
    'AuthFCGI, internal: returns the keys that open snapshots in Redis, each as its generation in 4 bytes and 32 bytes, beginning with the one for new snapshots; and whether a new key is due.';


CREATE FUNCTION @schema@.make_redis_seal_key(only_if_due boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    started CONSTANT timestamptz := pg_catalog.pg_postmaster_start_time();
BEGIN
    -- One at a time, and nobody waits: who holds the lock makes a key. Readers do not wait.
    BEGIN
        LOCK TABLE @schema@.redis_seal_keys IN SHARE ROW EXCLUSIVE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available THEN
        RETURN false;
    END;
    IF make_redis_seal_key.only_if_due AND NOT (SELECT c.is_due FROM @schema@.current_redis_seal_keys() c) THEN
        RETURN false;
    END IF;
    INSERT INTO @schema@.redis_seal_keys (generation)
    SELECT coalesce(max(k.generation), 0) + 1 FROM @schema@.redis_seal_keys k;
    DELETE FROM @schema@.redis_seal_keys k
     WHERE k.server_started_at <> started
        OR EXISTS (SELECT FROM @schema@.redis_seal_keys n
                    WHERE n.generation > k.generation
                      AND n.created_at < statement_timestamp() - interval '1 hour');
    RETURN true;
END
$$;

COMMENT ON FUNCTION @schema@.make_redis_seal_key(boolean) IS
    'AuthFCGI, internal: makes a new key for snapshots in Redis, with only_if_due at most one a day and run of the server, and removes old ones. False if there is nothing to do, or another transaction is making one.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.redis_seal_key_bytes(integer),
    @schema@.current_redis_seal_keys(),
    @schema@.make_redis_seal_key(boolean)
FROM PUBLIC;
