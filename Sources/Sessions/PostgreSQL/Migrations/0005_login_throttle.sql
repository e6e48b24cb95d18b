-- The login throttle, shared by all workers. An attempt is recorded as a failure before
-- its password is hashed, and removed when it succeeds or was never hashed. If a worker
-- dies in between, the attempt stays a failure.
--
-- The same rule applies to every key: failed_at has the failures of the last hour. The
-- first ones are free. With each further one the delay before the next attempt doubles,
-- from 1 s to at most 30 s. The number of failures per hour is limited.
--
--     key                        free   per hour
--     username as given            10         80   as for a user, who may not exist
--     user                         10         80   OWASP ASVS 4.0.3, 2.2.1: at most 100
--     address                     100        200   an office behind one address
--     user and address             10        100   only after a successful login
--     user and session             10         10   only with a token of the user
--
-- A pair of user and address with a successful login within 90 days is known. Failures of
-- others at that address or for that user do not affect it, neither by delays nor by the
-- limit of 80. It is limited only by its own failures and by 100 failures per hour of
-- username and user, so that 20 of the 100 remain for the owner, whatever others try.
--
-- At an address that is not known, such as a phone's on another day, a client is known if
-- it shows the token of a session of the user that is live, or has ended by expiry alone
-- within 90 days. After ten failures with one token within an hour, its client counts as
-- any other. A token is no proof for other users, nor is one whose session was revoked.
--
-- The username counts even if it is a user's, and is normalized in either case. Otherwise
-- "ann" and "ANN" would share delays only if such a user exists, which reveals the user.
--
-- The table has at most three rows for each password hashed in the last hour, because a
-- refused attempt adds none, and the known pairs, which stay for 90 days.
--
-- A login calls these functions about fifteen times. They are in PL/pgSQL, which caches
-- plans per connection: a function in SQL that sets its search_path is planned at each
-- call.
--
-- Functions that use tables are SECURITY DEFINER: a gate's role needs no rights on them.

-- Secret: with the key, the usernames and addresses in login_throttle can be guessed.
CREATE TABLE @schema@.login_throttle_secret (
    -- Only one row can exist.
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key      bytea   NOT NULL DEFAULT @schema@.session_random_bytes() CHECK (octet_length(key) = 32)
);

COMMENT ON TABLE @schema@.login_throttle_secret IS
    'AuthFCGI, secret: key of the hashes in login_throttle. Changing it discards all failures and all known addresses. Do not delete the row.';

INSERT INTO @schema@.login_throttle_secret DEFAULT VALUES;


CREATE TABLE @schema@.login_throttle (
    key          bytea         PRIMARY KEY CHECK (octet_length(key) = 32),
    failed_at    timestamptz[] NOT NULL DEFAULT '{}',
    succeeded_at timestamptz,
    expires_at   timestamptz   NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX login_throttle_expires_at_idx ON @schema@.login_throttle (expires_at);

COMMENT ON TABLE @schema@.login_throttle IS
    'AuthFCGI: failed logins of the last hour by keyed hashes of username, user and address. Hashes, because people sometimes type a password as the username. DELETE FROM login_throttle discards all of them, so that everybody can try again.';
COMMENT ON COLUMN @schema@.login_throttle.failed_at IS
    'Times of attempts that failed or are in progress.';
COMMENT ON COLUMN @schema@.login_throttle.succeeded_at IS
    'Time of the last successful login of a pair of user and address; NULL for other keys.';


-- Sessions that have ended by expiry, after their rows are removed. One row per user and
-- a fixed number of tokens, so that the table does not grow with the number of logins.
CREATE TABLE @schema@.login_devices (
    user_id      text        PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    token_hashes bytea[]     NOT NULL,
    ended_before bigint      NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX login_devices_expires_at_idx ON @schema@.login_devices (expires_at);

COMMENT ON TABLE @schema@.login_devices IS
    'AuthFCGI: clients that a user has been signed in with, by the token of their last session. DELETE FROM login_devices forgets them; no session ends.';
COMMENT ON COLUMN @schema@.login_devices.token_hashes IS
    'SHA-256 of the tokens of the user''s ten sessions that expired last, without those that were revoked, replaced by a login with the token, or have a label.';
COMMENT ON COLUMN @schema@.login_devices.ended_before IS
    'Sum of ended_before in authfcgi_state and in the user''s row of user_epochs when token_hashes was written. If all of the user''s sessions were ended since, the row has no effect.';
COMMENT ON COLUMN @schema@.login_devices.expires_at IS
    '90 days after the expiry of the last of those sessions.';


CREATE FUNCTION @schema@.is_login_device(user_id text, token_hash bytea) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN EXISTS (
        SELECT FROM @schema@.session_tokens s
         WHERE s.token_hash = is_login_device.token_hash
           AND s.user_id = is_login_device.user_id
           AND s.label IS NULL
           AND s.expires_at > statement_timestamp() - interval '90 days'
           -- That nobody has ended it, as in remove_expired_sessions().
           AND s.revoked_at IS NULL
           AND s.expires_at >= least(s.absolute_expires_at, s.last_seen_at + least(s.idle_timeout, interval '1000 years'))
           AND s.general_epoch >= (SELECT g.ended_before FROM @schema@.authfcgi_state g)
           AND NOT EXISTS (SELECT FROM @schema@.user_epochs e
                            WHERE e.user_id = s.user_id AND e.ended_before > s.user_epoch
                              AND e.kept_hash IS DISTINCT FROM s.token_hash)
    ) OR EXISTS (
        SELECT FROM @schema@.login_devices d
         WHERE d.user_id = is_login_device.user_id
           AND is_login_device.token_hash = ANY (d.token_hashes)
           AND d.ended_before = (SELECT g.ended_before FROM @schema@.authfcgi_state g)
                              + coalesce((SELECT e.ended_before FROM @schema@.user_epochs e WHERE e.user_id = d.user_id), 0)
           AND d.expires_at > statement_timestamp());
END
$$;

COMMENT ON FUNCTION @schema@.is_login_device(text, bytea) IS
    'AuthFCGI, internal: returns whether the token is of a session of the user that is live, or has ended by expiry alone within 90 days. Sessions with a label, which belong to machines, do not count.';


CREATE FUNCTION @schema@.login_throttle_hash(secret bytea, kind text, value bytea) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Two rounds, as in HMAC: after one SHA-256 alone, the hash of a longer value could be
    -- computed without the key (length extension).
    RETURN sha256(login_throttle_hash.secret || sha256(
               login_throttle_hash.secret || convert_to(login_throttle_hash.kind, 'UTF8')
               || ':'::bytea || login_throttle_hash.value));
END
$$;

COMMENT ON FUNCTION @schema@.login_throttle_hash(bytea, text, bytea) IS
    'AuthFCGI, internal: login_throttle_key() with a given secret.';


-- Only a login with the username of no user calls it, for the log.
CREATE FUNCTION @schema@.login_throttle_key(kind text, value bytea) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (SELECT @schema@.login_throttle_hash(g.key, login_throttle_key.kind, login_throttle_key.value)
              FROM @schema@.login_throttle_secret g);
END
$$;

COMMENT ON FUNCTION @schema@.login_throttle_key(text, bytea) IS
    'AuthFCGI, internal: returns the key of a value in login_throttle.';


-- What username_key() compares as one name is one name here too, and more than that: users
-- queries may trim blanks or compare in NFKC, and a name is throttled alike whether or not a
-- user has it.
CREATE FUNCTION @schema@.login_throttle_name(username text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    trimmed CONSTANT text := btrim(@schema@.username_key(login_throttle_name.username), E' \t\n\x0b\f\r');
BEGIN
    RETURN convert_to(@schema@.username_key(normalize(trimmed, NFKC)), 'UTF8');
END
$$;

COMMENT ON FUNCTION @schema@.login_throttle_name(text) IS
    'AuthFCGI, internal: returns a username in normal form: NFKC, lower case, without surrounding blanks.';


-- A time more than an hour in the future comes from a wrong clock, and is ignored.
CREATE FUNCTION @schema@.login_throttle_recent(failed_at timestamptz[], moment timestamptz) RETURNS timestamptz[]
LANGUAGE plpgsql STABLE STRICT
SET search_path = pg_catalog, pg_temp
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

COMMENT ON FUNCTION @schema@.login_throttle_recent(timestamptz[], timestamptz) IS
    'AuthFCGI, internal: returns the failures that count at a moment, oldest first.';


CREATE FUNCTION @schema@.login_throttle_next(recent timestamptz[], free integer, most integer) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    failures CONSTANT integer := pg_catalog.cardinality(login_throttle_next.recent);
BEGIN
    RETURN greatest(
        CASE WHEN failures >= login_throttle_next.free
             THEN login_throttle_next.recent[failures] + interval '1 second'
                  * least(30, 2::double precision ^ least(10, failures - login_throttle_next.free)) END,
        -- The limit is reached: wait until enough of the oldest failures are an hour old.
        CASE WHEN failures >= login_throttle_next.most
             THEN login_throttle_next.recent[failures - login_throttle_next.most + 1] + interval '1 hour' END);
END
$$;

COMMENT ON FUNCTION @schema@.login_throttle_next(timestamptz[], integer, integer) IS
    'AuthFCGI, internal: returns the time of the next attempt after these failures; NULL if it is permitted at once. free NULL means no delays.';


-- Rows are locked in the order username, user, address, pair, against deadlock, and are
-- made for it where there are none. Not advisory locks, which every role can take.
CREATE FUNCTION @schema@.lock_login_throttle(key bytea) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    -- Again, if the row is deleted between the two.
    LOOP
        PERFORM FROM @schema@.login_throttle t WHERE t.key = lock_login_throttle.key FOR UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO @schema@.login_throttle (key, expires_at)
        VALUES (lock_login_throttle.key, statement_timestamp() + interval '1 hour')
            ON CONFLICT DO NOTHING;
        EXIT WHEN FOUND;
    END LOOP;
END
$$;

COMMENT ON FUNCTION @schema@.lock_login_throttle(bytea) IS
    'AuthFCGI, internal: locks the failures of a key until the end of the transaction.';


CREATE FUNCTION @schema@.login_throttle_until(
    name_key    bytea,
    user_key    bytea,
    address_key bytea,
    pair_key    bytea,
    is_known    boolean,
    moment      timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT max(@schema@.login_throttle_next(
                   @schema@.login_throttle_recent(t.failed_at, login_throttle_until.moment), r.free, r.most))
          FROM (VALUES (login_throttle_until.name_key,
                        CASE WHEN NOT login_throttle_until.is_known THEN 10 END,
                        CASE WHEN login_throttle_until.is_known THEN 100 ELSE 80 END),
                       (login_throttle_until.user_key,
                        CASE WHEN NOT login_throttle_until.is_known THEN 10 END,
                        CASE WHEN login_throttle_until.is_known THEN 100 ELSE 80 END),
                       (CASE WHEN NOT login_throttle_until.is_known THEN login_throttle_until.address_key END, 100, 200),
                       (CASE WHEN login_throttle_until.is_known THEN login_throttle_until.pair_key END, 10, 100))
               AS r (key, free, most)
          JOIN @schema@.login_throttle t ON t.key = r.key);
END
$$;

COMMENT ON FUNCTION @schema@.login_throttle_until(bytea, bytea, bytea, bytea, boolean, timestamptz) IS
    'AuthFCGI, internal: returns the time of the next attempt by all keys of a login; NULL if it is permitted at once.';


CREATE FUNCTION @schema@.reserve_login(
    username         text,
    user_id          text,
    network          bytea,
    shown_hash       bytea DEFAULT NULL,
    OUT wait_seconds integer,
    OUT reservation  text[]
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    secret      CONSTANT bytea := (SELECT g.key FROM @schema@.login_throttle_secret g);
    name_key    CONSTANT bytea := @schema@.login_throttle_hash(
        secret, 'name', @schema@.login_throttle_name(reserve_login.username));
    user_key    CONSTANT bytea := @schema@.login_throttle_hash(secret, 'user', convert_to(reserve_login.user_id, 'UTF8'));
    pair_key    CONSTANT bytea := @schema@.login_throttle_hash(secret, 'pair', user_key || reserve_login.network);
    address_key CONSTANT bytea := @schema@.login_throttle_hash(secret, 'address', reserve_login.network);
    device_key  CONSTANT bytea := CASE WHEN @schema@.is_login_device(reserve_login.user_id, reserve_login.shown_hash)
        THEN @schema@.login_throttle_hash(secret, 'device', user_key || reserve_login.shown_hash) END;
    -- The key by which the client is known; NULL if it is not.
    place_key   bytea;
    known_pair  bytea;
    is_locked   boolean;
    is_known    boolean;
    charged     bytea[];
    moment      timestamptz;
    next        timestamptz;
BEGIN
    IF reserve_login.username IS NULL THEN
        RAISE EXCEPTION 'username must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF name_key IS NULL THEN
        RAISE EXCEPTION 'the table login_throttle_secret has lost its row: run authfcgi migrate'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- Without waiting for the disk before a password is verified. Only a crash of the
    -- server may lose attempts, those of about its last second.
    PERFORM pg_catalog.set_config('synchronous_commit', 'off', true);

    -- First without a lock, so that a refused attempt writes nothing. Then again, so that
    -- concurrent attempts count each other. Each statement after a lock sees what was
    -- committed before it was acquired; in REPEATABLE READ the lock of a changed row is an
    -- error instead.
    FOREACH is_locked IN ARRAY ARRAY[false, true] LOOP
        IF is_locked THEN
            PERFORM @schema@.lock_login_throttle(name_key);
            PERFORM @schema@.lock_login_throttle(user_key);
        END IF;
        moment := clock_timestamp();
        known_pair := (SELECT t.key FROM @schema@.login_throttle t
                        WHERE t.key = pair_key AND t.succeeded_at > statement_timestamp() - interval '90 days');
        -- By the token first: others may share the address.
        place_key := CASE
            WHEN device_key IS NOT NULL
                 AND NOT EXISTS (SELECT FROM @schema@.login_throttle t
                                  WHERE t.key = device_key
                                    AND pg_catalog.cardinality(@schema@.login_throttle_recent(t.failed_at, moment)) >= 10)
            THEN device_key
            ELSE known_pair END;
        is_known := place_key IS NOT NULL;
        IF is_locked AND NOT is_known THEN
            PERFORM @schema@.lock_login_throttle(address_key);
            moment := clock_timestamp();
        END IF;
        next := @schema@.login_throttle_until(name_key, user_key, address_key, place_key, is_known, moment);
        IF next > moment THEN
            -- The rows that were made for the locks.
            IF is_locked THEN
                DELETE FROM @schema@.login_throttle t
                 WHERE t.key IN (name_key, user_key, address_key) AND t.failed_at = '{}' AND t.succeeded_at IS NULL;
            END IF;
            wait_seconds := ceil(extract(epoch FROM next - moment));
            RETURN;
        END IF;
    END LOOP;

    -- The known pair too, so that the attempts with a token do not add to its own.
    charged := pg_catalog.array_remove(
        ARRAY[name_key, user_key, coalesce(place_key, address_key),
              CASE WHEN known_pair <> place_key THEN known_pair END], NULL);
    INSERT INTO @schema@.login_throttle AS t (key, failed_at, expires_at)
    SELECT c.key, ARRAY[moment], moment + interval '1 hour'
      FROM pg_catalog.unnest(charged) AS c (key)
        ON CONFLICT (key) DO UPDATE
       SET failed_at  = pg_catalog.array_append(@schema@.login_throttle_recent(t.failed_at, moment), moment),
           -- greatest() ignores NULL.
           expires_at = greatest(moment + interval '1 hour', t.succeeded_at + interval '90 days');

    reservation := ARRAY[(extract(epoch FROM moment) * 1000000)::bigint::text, encode(pair_key, 'hex')]
                || ARRAY(SELECT encode(c.key, 'hex') FROM pg_catalog.unnest(charged) WITH ORDINALITY AS c (key, number)
                          ORDER BY c.number);
END
$$;

COMMENT ON FUNCTION @schema@.reserve_login(text, text, bytea, bytea) IS
    'AuthFCGI, internal: counts a login attempt as a failure in advance and returns a reservation for settle_login(), or returns the seconds to wait. user_id is NULL for the username of no user, network (4 bytes of IPv4, the first 8 of IPv6) is NULL for a client without an address. shown_hash is the hash of the session token that the client shows, NULL for none.';


CREATE FUNCTION @schema@.settle_login(reservation text[], succeeded boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
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
    -- After a success the pair is handled below.
    others   CONSTANT bytea[] := CASE WHEN settle_login.succeeded THEN pg_catalog.array_remove(charged, pair_key)
                                      ELSE charged END;
    removed  bigint;
    charge   bytea;
BEGIN
    -- In the order of lock_login_throttle().
    FOREACH charge IN ARRAY charged LOOP
        PERFORM FROM @schema@.login_throttle t WHERE t.key = charge FOR UPDATE;
    END LOOP;
    DELETE FROM @schema@.login_throttle t
     WHERE t.key = ANY (others) AND t.failed_at = ARRAY[moment] AND t.succeeded_at IS NULL;
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF removed < pg_catalog.cardinality(others) THEN
        UPDATE @schema@.login_throttle t
           SET failed_at = pg_catalog.array_remove(t.failed_at, moment)
         WHERE t.key = ANY (others) AND moment = ANY (t.failed_at);
    END IF;

    IF settle_login.succeeded AND pair_key IS NOT NULL THEN
        INSERT INTO @schema@.login_throttle AS t (key, succeeded_at, expires_at)
        VALUES (pair_key, statement_timestamp(), statement_timestamp() + interval '90 days')
            ON CONFLICT (key) DO UPDATE
           SET failed_at = '{}', succeeded_at = excluded.succeeded_at, expires_at = excluded.expires_at;
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.settle_login(text[], boolean) IS
    'AuthFCGI, internal: removes an attempt that did not fail. After a success the pair of user and address is known, and its failures are discarded.';


-- Uses the indexes on expires_at, like remove_expired_sessions().
CREATE FUNCTION @schema@.remove_expired_login_throttle(most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    removed bigint;
    devices bigint;
BEGIN
    DELETE FROM @schema@.login_throttle t
     WHERE t.ctid = ANY (ARRAY(
               SELECT o.ctid
                 FROM @schema@.login_throttle o
                WHERE o.expires_at <= statement_timestamp()
                ORDER BY o.expires_at
                LIMIT remove_expired_login_throttle.most
                  FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS removed = ROW_COUNT;
    DELETE FROM @schema@.login_devices d
     WHERE d.ctid = ANY (ARRAY(
               SELECT o.ctid
                 FROM @schema@.login_devices o
                WHERE o.expires_at <= statement_timestamp()
                ORDER BY o.expires_at
                LIMIT remove_expired_login_throttle.most - removed
                  FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS devices = ROW_COUNT;
    RETURN removed + devices;
END
$$;

COMMENT ON FUNCTION @schema@.remove_expired_login_throttle(integer) IS
    'AuthFCGI, internal: deletes at most "most" of the oldest expired rows of login_throttle and login_devices, skipping locked rows. Returns their number.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.is_login_device(text, bytea),
    @schema@.login_throttle_hash(bytea, text, bytea),
    @schema@.login_throttle_key(text, bytea),
    @schema@.login_throttle_name(text),
    @schema@.login_throttle_recent(timestamptz[], timestamptz),
    @schema@.login_throttle_next(timestamptz[], integer, integer),
    @schema@.lock_login_throttle(bytea),
    @schema@.login_throttle_until(bytea, bytea, bytea, bytea, boolean, timestamptz),
    @schema@.reserve_login(text, text, bytea, bytea),
    @schema@.settle_login(text[], boolean),
    @schema@.remove_expired_login_throttle(integer)
FROM PUBLIC;
