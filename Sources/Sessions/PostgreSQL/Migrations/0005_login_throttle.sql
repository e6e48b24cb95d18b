-- The throttle of logins, one for all workers. An attempt is written down as a failure
-- before its password is hashed, and taken back when it succeeds or was never hashed:
-- a worker that dies in between costs an attempt and gives none away.
--
-- One rule for every key: failed_at has the failures of the last hour. The first few
-- are free; with each one more the next attempt waits longer after the last, 1 s, 2, 4,
-- and so on up to 30 s; and at most so many fit in any hour.
--
--     key                        free   an hour
--     name as it was given         10        80   as for the user, who may not exist
--     user                         10        80   OWASP ASVS 4.0.3, 2.2.1: at most 100
--     address                     100       200   an office behind one address
--     user and address             10       100   only once a login has succeeded
--
-- A pair of user and address that has succeeded within 90 days is known. What others do
-- at that address or to that user holds it up no more, neither by delays nor by the
-- 80: only its own failures do, and the limit of 100 an hour of name and user. So 20 of
-- the 100 remain for the owner, whatever strangers try.
--
-- The name counts also when it is a user's, folded alike in both cases: else "ann" and
-- "ANN" would share their delays or not, depending on whether there is such a user.
--
-- Rows are as many as passwords were hashed in the last hour, at most three each: who is
-- refused leaves none. Only known pairs stay for longer.
--
-- A login calls these functions some fifteen times. A function in SQL is planned at each call
-- unless it can be put in the place of the call: for that it has no SET, and names the schema
-- of all that it uses. What is longer is in PL/pgSQL, which keeps its plans for a connection.
--
-- SECURITY DEFINER where tables are used: the role of a gate needs no rights on them.

-- Secret.
CREATE TABLE login_throttle_secret (
    -- Only one row can exist.
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key      bytea   NOT NULL DEFAULT session_random_bytes() CHECK (octet_length(key) = 32)
);

COMMENT ON TABLE login_throttle_secret IS
    'AuthFCGI, secret: key of the hashes in login_throttle. A new one forgets all failures and all known addresses. Do not delete the row.';

INSERT INTO login_throttle_secret DEFAULT VALUES;


CREATE TABLE login_throttle (
    key          bytea         PRIMARY KEY CHECK (octet_length(key) = 32),
    failed_at    timestamptz[] NOT NULL DEFAULT '{}',
    succeeded_at timestamptz,
    expires_at   timestamptz   NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX login_throttle_expires_at_idx ON login_throttle (expires_at);

COMMENT ON TABLE login_throttle IS
    'AuthFCGI: failed logins of the last hour, by keyed hashes of name, user and address, as passwords are sometimes typed where a name belongs. DELETE FROM login_throttle forgets them all, and lets everybody try again.';
COMMENT ON COLUMN login_throttle.failed_at IS
    'Attempts that failed or are under way.';
COMMENT ON COLUMN login_throttle.succeeded_at IS
    'Set for a pair of user and address: when that user signed in from there last.';


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


-- No login calls it but that of a name which nobody has, for the log.
CREATE FUNCTION login_throttle_key(kind text, value bytea) RETURNS bytea
LANGUAGE sql STABLE STRICT
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
    SELECT login_throttle_hash(g.key, login_throttle_key.kind, login_throttle_key.value)
      FROM login_throttle_secret g
$$;

COMMENT ON FUNCTION login_throttle_key(text, bytea) IS
    'AuthFCGI, internal: the key under which login_throttle has a value.';


-- lower() goes by the database's locale: with C it folds ASCII alone. Some users queries cut
-- blanks off: a name and its twin with a blank are throttled together also when nobody has it.
CREATE FUNCTION login_throttle_name(username text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SET search_path FROM CURRENT
AS $$
DECLARE
    trimmed CONSTANT text := btrim(login_throttle_name.username, E' \t\n\x0b\f\r');
BEGIN
    IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN    -- normalize() knows no other
        RETURN convert_to(lower(trimmed), 'UTF8');
    END IF;
    RETURN convert_to(lower(normalize(trimmed, NFKC)), 'UTF8');
END
$$;

COMMENT ON FUNCTION login_throttle_name(text) IS
    'AuthFCGI, internal: a user name without what people do not see as a difference: letters in NFKC and lower case, no blanks around them.';


-- Later than an hour from now: the clock was wrong, and would stop the key for as long.
CREATE FUNCTION login_throttle_recent(failed_at timestamptz[], moment timestamptz) RETURNS timestamptz[]
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

COMMENT ON FUNCTION login_throttle_recent(timestamptz[], timestamptz) IS
    'AuthFCGI, internal: those failures that count at a moment, the oldest first.';


CREATE FUNCTION login_throttle_next(recent timestamptz[], free integer, most integer) RETURNS timestamptz
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

COMMENT ON FUNCTION login_throttle_next(timestamptz[], integer, integer) IS
    'AuthFCGI, internal: the moment of the next attempt after these failures, NULL if it may be made at once. free NULL: without delays.';


-- In the order name, user, address, pair: nobody waits in a circle. Not the rows are
-- locked, as there may be none yet.
CREATE FUNCTION lock_login_throttle(key bytea) RETURNS void
LANGUAGE sql VOLATILE STRICT
AS $$
    SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
               'authfcgi login throttle '::pg_catalog.text
               OPERATOR(pg_catalog.||) pg_catalog.encode(lock_login_throttle.key, 'hex'), 0))
$$;

COMMENT ON FUNCTION lock_login_throttle(bytea) IS
    'AuthFCGI, internal: lets nobody else read or write this key''s failures until the transaction ends.';


CREATE FUNCTION reserve_login(
    username         text,
    user_id          text,
    network          bytea,
    OUT wait_seconds integer,
    OUT reservation  text[]
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    secret      CONSTANT bytea := (SELECT g.key FROM login_throttle_secret g);
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
        RAISE EXCEPTION 'login_throttle_secret has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'INSERT INTO login_throttle_secret DEFAULT VALUES;';
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

COMMENT ON FUNCTION reserve_login(text, text, bytea) IS
    'AuthFCGI, internal: counts an attempt to sign in as a failure, or says after how many seconds there may be one. user_id is NULL for a name that nobody has, network (4 bytes of IPv4, the first 8 of IPv6) for a client without an address. The reservation is for settle_login().';


CREATE FUNCTION settle_login(reservation text[], succeeded boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SECURITY DEFINER
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

COMMENT ON FUNCTION settle_login(text[], boolean) IS
    'AuthFCGI, internal: takes an attempt back that did not fail. If it succeeded, the address is one that the user is known at from now on, and the failures of the two are forgotten.';


-- By the index on expires_at, as remove_expired_sessions().
CREATE FUNCTION remove_expired_login_throttle(most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM login_throttle t
     WHERE t.ctid = ANY (ARRAY(
               SELECT o.ctid
                 FROM login_throttle o
                WHERE o.expires_at <= statement_timestamp()
                ORDER BY o.expires_at
                LIMIT remove_expired_login_throttle.most
                  FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;

COMMENT ON FUNCTION remove_expired_login_throttle(integer) IS
    'AuthFCGI, internal: deletes the oldest rows of login_throttle that say nothing any more, at most so many, leaving out what others have locked. Returns how many.';


-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION
    login_throttle_hash(bytea, text, bytea),
    login_throttle_key(text, bytea),
    login_throttle_name(text),
    login_throttle_recent(timestamptz[], timestamptz),
    login_throttle_next(timestamptz[], integer, integer),
    lock_login_throttle(bytea),
    reserve_login(text, text, bytea),
    settle_login(text[], boolean),
    remove_expired_login_throttle(integer)
FROM PUBLIC;
