-- New here: what a login costs the database. A function in SQL is planned at each call unless
-- it can be put in the place of the call; a login called these some fifteen times, which took
-- half a millisecond. What it calls most now can: it has no SET, and names the schema of all
-- that it uses. What is longer is in PL/pgSQL, which keeps its plans for a connection.

CREATE FUNCTION login_throttle_hash(secret bytea, kind text, value bytea) RETURNS bytea
LANGUAGE sql STABLE STRICT
AS $$
    -- Twice, as in HMAC: by one SHA-256 alone a longer value's hash could be had without the key.
    SELECT pg_catalog.sha256(login_throttle_hash.secret OPERATOR(pg_catalog.||) pg_catalog.sha256(
               login_throttle_hash.secret
               OPERATOR(pg_catalog.||) pg_catalog.convert_to(login_throttle_hash.kind, 'UTF8')
               OPERATOR(pg_catalog.||) ':'::pg_catalog.bytea
               OPERATOR(pg_catalog.||) login_throttle_hash.value))
$$;

COMMENT ON FUNCTION login_throttle_hash(bytea, text, bytea) IS
    'AuthFCGI, internal: login_throttle_key() by a key that is known.';

REVOKE ALL ON FUNCTION login_throttle_hash(bytea, text, bytea) FROM PUBLIC;


-- No login calls it but that of a name which nobody has, for the log.
CREATE OR REPLACE FUNCTION login_throttle_key(kind text, value bytea) RETURNS bytea
LANGUAGE sql STABLE STRICT
SET search_path FROM CURRENT
AS $$
    SELECT login_throttle_hash(g.throttle_key, login_throttle_key.kind, login_throttle_key.value)
      FROM session_settings g
$$;


CREATE OR REPLACE FUNCTION lock_login_throttle(key bytea) RETURNS void
LANGUAGE sql VOLATILE STRICT
AS $$
    SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
               'authfcgi login throttle '::pg_catalog.text
               OPERATOR(pg_catalog.||) pg_catalog.encode(lock_login_throttle.key, 'hex'), 0))
$$;


-- Later than an hour from now: the clock was wrong, and would stop the key for as long.
CREATE OR REPLACE FUNCTION login_throttle_recent(failed_at timestamptz[], moment timestamptz) RETURNS timestamptz[]
LANGUAGE plpgsql STABLE STRICT
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT f.at
          FROM pg_catalog.unnest(login_throttle_recent.failed_at) AS f (at)
         WHERE f.at > login_throttle_recent.moment - interval '1 hour'
           AND f.at < login_throttle_recent.moment + interval '1 hour'
         ORDER BY f.at);
END
$$;


CREATE OR REPLACE FUNCTION login_throttle_next(recent timestamptz[], free integer, most integer) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    failures CONSTANT integer := pg_catalog.cardinality(login_throttle_next.recent);
BEGIN
    RETURN greatest(
        CASE WHEN failures >= login_throttle_next.free
             THEN login_throttle_next.recent[failures] + interval '1 second'
                  * least(30, 2::double precision ^ least(10, failures - login_throttle_next.free)) END,
        -- So many of the oldest must have passed that there is room for one.
        CASE WHEN failures >= login_throttle_next.most
             THEN login_throttle_next.recent[failures - login_throttle_next.most + 1] + interval '1 hour' END);
END
$$;


-- The key of all hashes is read once.
CREATE OR REPLACE FUNCTION reserve_login(
    username         text,
    user_id          text,
    network          bytea,
    OUT wait_seconds integer,
    OUT reservation  text[]
)
LANGUAGE plpgsql VOLATILE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    secret      CONSTANT bytea := (SELECT g.throttle_key FROM session_settings g);
    name_key    CONSTANT bytea := login_throttle_hash(secret, 'name', login_throttle_name(reserve_login.username));
    user_key    CONSTANT bytea := login_throttle_hash(secret, 'user', convert_to(reserve_login.user_id, 'UTF8'));
    pair_key    CONSTANT bytea := login_throttle_hash(secret, 'pair', user_key || reserve_login.network);
    address_key bytea := login_throttle_hash(secret, 'address', reserve_login.network);
    is_known    boolean;
    charged     bytea[];
    moment      timestamptz;
    next        timestamptz;
BEGIN
    IF reserve_login.username IS NULL THEN
        RAISE EXCEPTION 'username must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF name_key IS NULL THEN
        RAISE EXCEPTION 'session_settings has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'INSERT INTO session_settings DEFAULT VALUES;';
    END IF;
    -- Nobody waits for the disk before a password is even looked at. A server that
    -- crashes, and only that, may forget the attempts of its last second.
    PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);

    -- Each statement below sees what was committed before the locks were had. In
    -- REPEATABLE READ it does not; there, writing what has changed since is an error.
    PERFORM lock_login_throttle(name_key);
    PERFORM lock_login_throttle(user_key);
    is_known := EXISTS (SELECT FROM login_throttle t
                         WHERE t.key = pair_key AND t.succeeded_at > statement_timestamp() - interval '90 days');
    IF is_known THEN
        address_key := NULL;
    END IF;
    PERFORM lock_login_throttle(address_key);

    moment := clock_timestamp();
    SELECT max(login_throttle_next(login_throttle_recent(t.failed_at, moment), r.free, r.most)) INTO next
      FROM (VALUES (name_key,    CASE WHEN NOT is_known THEN 10 END, CASE WHEN is_known THEN 100 ELSE 80 END),
                   (user_key,    CASE WHEN NOT is_known THEN 10 END, CASE WHEN is_known THEN 100 ELSE 80 END),
                   (address_key, 100, 200),
                   (CASE WHEN is_known THEN pair_key END, 10, 100)) AS r (key, free, most)
      JOIN login_throttle t ON t.key = r.key;
    IF next > moment THEN
        wait_seconds := ceil(extract(epoch FROM next - moment));
        RETURN;
    END IF;

    charged := pg_catalog.array_remove(
        ARRAY[name_key, user_key, address_key, CASE WHEN is_known THEN pair_key END], NULL);
    INSERT INTO login_throttle AS t (key, failed_at, expires_at)
    SELECT c.key, ARRAY[moment], moment + interval '1 hour'
      FROM pg_catalog.unnest(charged) AS c (key)
        ON CONFLICT (key) DO UPDATE
       SET failed_at  = pg_catalog.array_append(login_throttle_recent(t.failed_at, moment), moment),
           -- greatest() passes over NULL.
           expires_at = greatest(moment + interval '1 hour', t.succeeded_at + interval '90 days');

    reservation := ARRAY[(extract(epoch FROM moment) * 1000000)::bigint::text, encode(pair_key, 'hex')]
                || ARRAY(SELECT encode(c.key, 'hex') FROM pg_catalog.unnest(charged) WITH ORDINALITY AS c (key, number)
                          ORDER BY c.number);
END
$$;


-- One statement less where nobody has failed meanwhile.
CREATE OR REPLACE FUNCTION settle_login(reservation text[], succeeded boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    moment   CONSTANT timestamptz := timestamptz '1970-01-01 00:00:00+00'
                                  + settle_login.reservation[1]::bigint * interval '1 microsecond';
    pair_key CONSTANT bytea := decode(settle_login.reservation[2], 'hex');
    charged  CONSTANT bytea[] := ARRAY(
        SELECT decode(c.key, 'hex')
          FROM pg_catalog.unnest(settle_login.reservation[3:]) WITH ORDINALITY AS c (key, number)
         ORDER BY c.number);
    -- What a success makes of the pair is below.
    others   CONSTANT bytea[] := CASE WHEN settle_login.succeeded THEN pg_catalog.array_remove(charged, pair_key)
                                      ELSE charged END;
    removed  bigint;
    key      bytea;
BEGIN
    FOREACH key IN ARRAY charged LOOP
        PERFORM lock_login_throttle(key);
    END LOOP;
    DELETE FROM login_throttle t
     WHERE t.key = ANY (others) AND t.failed_at = ARRAY[moment] AND t.succeeded_at IS NULL;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed < pg_catalog.cardinality(others) THEN
        UPDATE login_throttle t
           SET failed_at = pg_catalog.array_remove(t.failed_at, moment)
         WHERE t.key = ANY (others) AND moment = ANY (t.failed_at);
    END IF;

    IF settle_login.succeeded AND pair_key IS NOT NULL THEN
        PERFORM lock_login_throttle(pair_key);
        INSERT INTO login_throttle AS t (key, succeeded_at, expires_at)
        VALUES (pair_key, statement_timestamp(), statement_timestamp() + interval '90 days')
            ON CONFLICT (key) DO UPDATE
           SET failed_at = '{}', succeeded_at = excluded.succeeded_at, expires_at = excluded.expires_at;
    END IF;
END
$$;
