-- How sessions end other than at their set time: unused for too long, one too many,
-- replaced by a new login, one by its public id, or all of them; and how uses are
-- written and what has expired is removed.
--
-- As in the steps before: a bare name is a column, a parameter is written with the
-- name of its function; what would take other types too is written with pg_catalog or
-- with casts to the exact type.

-- Not valid: there is nothing to check in rows that have just got the column, and
-- reading them all would keep checks waiting.
ALTER TABLE session_tokens
    ADD COLUMN idle_timeout interval,
    ADD CONSTRAINT session_tokens_idle_timeout_check CHECK (idle_timeout > '0') NOT VALID;

COMMENT ON COLUMN session_tokens.idle_timeout IS
    'The session ends when it is not used for this long (give or take session_idle_grace()); NULL: only at absolute_expires_at.';
COMMENT ON COLUMN session_tokens.username IS
    'username, groups, name and email are what was true at login, or what update_user_sessions() has said since.';
COMMENT ON COLUMN session_tokens.last_seen_at IS
    'The last use that was written. Uses are written in batches, and not each of them.';

ALTER TABLE session_settings
    ADD COLUMN epoch         bigint      NOT NULL DEFAULT 0,
    ADD COLUMN cleaned_up_at timestamptz NOT NULL DEFAULT '-infinity';

COMMENT ON TABLE session_settings IS
    'AuthFCGI: limits that hold for every new session, whoever makes it, and what all workers share. No session lasts longer than maximum_lifetime, whatever was asked for. Do not delete the row.';
COMMENT ON COLUMN session_settings.epoch IS
    'Raised when all sessions of everybody are ended. A login compares the sum of it and of the user''s epoch in session_users.';
COMMENT ON COLUMN session_settings.cleaned_up_at IS
    'When expired sessions were last removed: see claim_session_cleanup().';


-- STRICT, as least() passes over NULL.
CREATE FUNCTION session_idle_grace(idle_timeout interval) RETURNS interval
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT least(interval '60 seconds', session_idle_grace.idle_timeout / 10::double precision)
$$;

COMMENT ON FUNCTION session_idle_grace(interval) IS
    'AuthFCGI, internal: how much later than its idle timeout a session may end. Uses are written in batches, so the last one may not have been.';


-- The one way in which a session begins: logins at the worker and
-- create_access_token() come through here. Dropped first because it gets parameters;
-- a second function of the name would make calls that leave them out ambiguous.
DROP FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval);

CREATE FUNCTION create_session(
    token_hash    bytea,
    user_id       text,
    username      text,
    groups        text[],
    name          text,
    email         text,
    lifetime      interval,
    client_ip     inet,
    user_agent    text,
    label         text,
    epoch         bigint,
    idle_timeout  interval DEFAULT NULL,
    session_limit integer  DEFAULT NULL,
    replaces      bytea    DEFAULT NULL
) RETURNS TABLE (session_id uuid, created_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    -- Sessions with a label are those of machines: a limit neither counts nor ends them.
    is_limited    CONSTANT boolean := create_session.session_limit IS NOT NULL AND create_session.label IS NULL;
    has_snapshot  CONSTANT boolean := current_setting('transaction_isolation') IN ('repeatable read', 'serializable');
    settings      session_settings%ROWTYPE;
    current_epoch bigint;
    -- The clock that look-ups compare with, and the same value throughout; now()
    -- would be the begin of a caller's perhaps long transaction. Without a time
    -- zone, so that a day is 24 hours whatever the caller's TimeZone.
    start         timestamp := statement_timestamp() AT TIME ZONE 'UTC';
    absolute_end  timestamp;
    idle_end      timestamp;
BEGIN
    IF create_session.token_hash IS NULL THEN
        RAISE EXCEPTION 'token_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(create_session.token_hash) <> 32 THEN
        RAISE EXCEPTION 'token_hash must have 32 bytes' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.user_id IS NULL THEN
        RAISE EXCEPTION 'user_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(create_session.user_id) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'user_id must have 1 to 255 bytes' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.lifetime <= interval '0' THEN
        RAISE EXCEPTION 'lifetime must be greater than zero' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.idle_timeout <= interval '0' THEN
        RAISE EXCEPTION 'idle_timeout must be greater than zero' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.session_limit < 1 THEN
        RAISE EXCEPTION 'session_limit must be at least one' USING ERRCODE = 'invalid_parameter_value';
    ELSIF is_limited AND has_snapshot THEN
        RAISE EXCEPTION 'a session limit needs a READ COMMITTED transaction'
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' a login that completes meanwhile would not be seen, and would not be counted.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;

    -- revoke_all_sessions() waits for all who hold this, and then finds our session; we
    -- wait for one that is under way, and then find the epoch that it has raised.
    PERFORM pg_advisory_xact_lock_shared(
        pg_catalog.hashtextextended('authfcgi sessions ' || current_schema()::text, 0));

    IF has_snapshot AND create_session.epoch IS NOT NULL THEN
        -- An epoch raised since the snapshot would not be seen: the lock fails then.
        SELECT * INTO settings FROM session_settings FOR SHARE;
    ELSE
        SELECT * INTO settings FROM session_settings;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session_settings has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'INSERT INTO session_settings DEFAULT VALUES;';
    END IF;

    -- Revoking all sessions of this user changes the same row: we wait for one that
    -- is under way, and it waits for us and then finds our session.
    INSERT INTO session_users (user_id) VALUES (create_session.user_id) ON CONFLICT DO NOTHING;
    IF is_limited THEN
        -- Two logins at once would count without each other: one waits for the other.
        SELECT u.epoch INTO STRICT current_epoch
          FROM session_users u WHERE u.user_id = create_session.user_id FOR NO KEY UPDATE;
    ELSE
        SELECT u.epoch INTO STRICT current_epoch
          FROM session_users u WHERE u.user_id = create_session.user_id FOR SHARE;
    END IF;
    IF current_epoch + settings.epoch <> create_session.epoch THEN
        RETURN;     -- what the login checked was revoked meanwhile: no session, no row
    END IF;

    -- The shorter interval first, lest a huge one leave the range of timestamps;
    -- then again as points in time, as a month may be more than 30 days.
    absolute_end := least(start + least(coalesce(create_session.lifetime, settings.default_lifetime),
                                        settings.maximum_lifetime),
                          start + settings.maximum_lifetime);
    idle_end := least(start + least(create_session.idle_timeout, settings.maximum_lifetime)
                            + session_idle_grace(create_session.idle_timeout),
                      absolute_end);

    RETURN QUERY
    INSERT INTO session_tokens AS s
           (token_hash, user_id, username, groups, name, email,
            created_at, last_seen_at, expires_at, absolute_expires_at, idle_timeout,
            client_ip, user_agent, label)
    VALUES (create_session.token_hash, create_session.user_id,
            coalesce(create_session.username, ''), coalesce(create_session.groups, '{}'),
            coalesce(create_session.name, ''), coalesce(create_session.email, ''),
            start AT TIME ZONE 'UTC', start AT TIME ZONE 'UTC',
            idle_end AT TIME ZONE 'UTC', absolute_end AT TIME ZONE 'UTC', create_session.idle_timeout,
            create_session.client_ip, create_session.user_agent, create_session.label)
    RETURNING s.session_id, s.created_at, s.expires_at;

    -- Before counting, so that it does not count. expires_at: see
    -- revoke_access_token_hash(), here and below.
    IF create_session.replaces IS NOT NULL THEN
        UPDATE session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.token_hash = create_session.replaces
           AND s.token_hash <> create_session.token_hash
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp();
    END IF;
    IF is_limited THEN
        UPDATE session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.token_hash IN (SELECT o.token_hash
                                  FROM session_tokens o
                                 WHERE o.user_id = create_session.user_id
                                   AND o.token_hash <> create_session.token_hash
                                   AND o.label IS NULL
                                   AND o.revoked_at IS NULL
                                   AND o.expires_at > statement_timestamp()
                                 ORDER BY o.created_at DESC, o.token_hash
                                OFFSET create_session.session_limit - 1)
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp();
    END IF;
END
$$;

COMMENT ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea) IS
    'AuthFCGI, internal: begins a session under the hash of its token. lifetime NULL means the default of session_settings; its maximum always holds. With idle_timeout the session ends earlier unless touch_sessions() says that it is used. With session_limit the oldest sessions of the user beyond that many end, leaving those with a label aside. The session under the hash replaces ends. Returns no row, and ends nothing, if epoch is given and is not the sum of that of the user and that of session_settings any more.';


-- New here: a statement that ended nothing, but changed what live sessions say, sends
--     c:<hash>,<hash>,... these sessions are alive and say something new
CREATE OR REPLACE FUNCTION session_tokens_announce() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- The plan is made once a connection, often for a statement of one row; a nested
-- loop kept from then would take hours on a statement of 100,000.
SET enable_nestloop = off
AS $$
DECLARE
    hashes_a_payload CONSTANT integer := 100;   -- 6,501 bytes; the limit is 7,999
    hashes_at_most   CONSTANT integer := 1000;
    -- Sessions to announce, and whether one of them ended.
    announced  bigint;
    has_ended  boolean;
    first_user text;
    last_user  text;
    hashes     text;    -- at most hashes_at_most, 64 digits and a comma each
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('authfcgi_revoked', '*');
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*), true, min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes
          FROM (SELECT o.token_hash, o.user_id, row_number() OVER () AS number
                  FROM old_rows o
                 WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()) e;
    ELSE
        -- A live session ended if it is shorter, revoked, somebody else's, or
        -- under another hash than before. If any did, all are announced as ended:
        -- whoever hears that only asks the database again.
        SELECT count(*), bool_or(e.ended), min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes
          FROM (SELECT c.token_hash, c.user_id, c.ended, row_number() OVER () AS number
                  FROM (SELECT o.token_hash, o.user_id,
                               n.token_hash IS NULL
                               OR n.revoked_at IS NOT NULL
                               OR n.expires_at < o.expires_at
                               OR n.absolute_expires_at < o.absolute_expires_at
                               OR n.session_id <> o.session_id
                               OR n.user_id <> o.user_id AS ended,
                               n.username <> o.username
                               OR n.groups OPERATOR(pg_catalog.<>) o.groups
                               OR n.name <> o.name
                               OR n.email <> o.email AS changed
                          FROM old_rows o LEFT JOIN new_rows n ON n.token_hash = o.token_hash
                         WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()) c
                 WHERE c.ended OR c.changed) e;
    END IF;

    IF announced = 0 THEN
        RETURN NULL;
    ELSIF announced > hashes_at_most THEN
        -- Too many to name: say more than is true rather than flood the queue. A
        -- worker that hears it only asks the database again.
        PERFORM pg_notify('authfcgi_revoked',
                          CASE WHEN first_user = last_user THEN 'u:' || first_user ELSE '*' END);
    ELSE
        FOR start IN 0 .. (announced - 1)::integer BY hashes_a_payload LOOP
            PERFORM pg_notify('authfcgi_revoked',
                              CASE WHEN has_ended THEN 'h:' ELSE 'c:' END
                              || substr(hashes, start * 65 + 1, hashes_a_payload * 65 - 1));
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION session_tokens_announce() IS
    'AuthFCGI: tells the workers which live sessions a statement has ended, or else changed.';


CREATE FUNCTION update_user_sessions(
    user_id  text,
    username text   DEFAULT NULL,
    groups   text[] DEFAULT NULL,
    name     text   DEFAULT NULL,
    email    text   DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    changed bigint;
BEGIN
    IF update_user_sessions.user_id IS NULL THEN
        RAISE EXCEPTION 'user_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(update_user_sessions.user_id) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'user_id must have 1 to 255 bytes' USING ERRCODE = 'invalid_parameter_value';
    -- As in end_user_sessions().
    ELSIF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'changing all sessions of a user needs a READ COMMITTED transaction'
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' a login that completes meanwhile would not be seen, and would keep the old identity.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;

    -- The epoch first: a login that comes later may have read the old identity before,
    -- and is refused; one that holds the row is waited for, and its session is found.
    INSERT INTO session_users (user_id, epoch) VALUES (update_user_sessions.user_id, 1)
        ON CONFLICT (user_id) DO UPDATE SET epoch = session_users.epoch + 1;

    -- Of a parameter that is NULL a comparison is not true.
    UPDATE session_tokens s
       SET username = coalesce(update_user_sessions.username, s.username),
           groups   = coalesce(update_user_sessions.groups, s.groups),
           name     = coalesce(update_user_sessions.name, s.name),
           email    = coalesce(update_user_sessions.email, s.email)
     WHERE s.user_id = update_user_sessions.user_id
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND (s.username <> update_user_sessions.username
            OR s.groups OPERATOR(pg_catalog.<>) update_user_sessions.groups
            OR s.name <> update_user_sessions.name
            OR s.email <> update_user_sessions.email);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;

COMMENT ON FUNCTION update_user_sessions(text, text, text[], text, text) IS
    'AuthFCGI: gives the live sessions of a user another username, groups, name or email, everywhere; NULL keeps what there is. Voids logins that are under way, as they may have read what was true before. Returns how many sessions it changed. Needs READ COMMITTED.';


CREATE FUNCTION revoke_session(session_id uuid, user_id text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    -- expires_at: see revoke_access_token_hash(). Two statements, so that the one for
    -- a user surely goes by the index on user_id.
    IF revoke_session.session_id IS NULL THEN
        RAISE EXCEPTION 'session_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF revoke_session.user_id IS NULL THEN
        UPDATE session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.session_id = revoke_session.session_id
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp();
    ELSE
        UPDATE session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.user_id = revoke_session.user_id
           AND s.session_id = revoke_session.session_id
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp();
    END IF;
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION revoke_session(uuid, text) IS
    'AuthFCGI: ends the session with this public id everywhere; if user_id is given, only if it is that user''s, and faster, as without it the whole table is read. True if it was live, false if there was nothing to end.';


CREATE FUNCTION revoke_all_sessions() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
-- While this waits for a transaction that has begun a session and does not end, all
-- logins wait behind it.
SET lock_timeout = '5s'
AS $$
DECLARE
    ended bigint;
BEGIN
    -- As in end_user_sessions().
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'ending all sessions needs a READ COMMITTED transaction'
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' a login that completes meanwhile would not be seen, and would survive.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;

    -- Waits for logins that hold it, and holds up those that come later, until they can
    -- see the new epoch: users without a row in session_users have no lock of their own.
    PERFORM pg_advisory_xact_lock(
        pg_catalog.hashtextextended('authfcgi sessions ' || current_schema()::text, 0));
    UPDATE session_settings SET epoch = session_settings.epoch + 1::bigint;

    -- expires_at: see revoke_access_token_hash().
    UPDATE session_tokens s
       SET revoked_at = statement_timestamp(), expires_at = now()
     WHERE s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp();
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION revoke_all_sessions() IS
    'AuthFCGI: ends all sessions of everybody everywhere, and voids logins that are under way. Returns how many it ended. Needs READ COMMITTED.';


CREATE FUNCTION touch_sessions(token_hashes bytea[], used_at timestamptz[], fresh interval) RETURNS SETOF bytea
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    IF touch_sessions.token_hashes IS NULL OR touch_sessions.used_at IS NULL OR touch_sessions.fresh IS NULL THEN
        RAISE EXCEPTION 'token_hashes, used_at and fresh must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF pg_catalog.cardinality(touch_sessions.token_hashes) <> pg_catalog.cardinality(touch_sessions.used_at) THEN
        RAISE EXCEPTION 'token_hashes and used_at must have the same length' USING ERRCODE = 'invalid_parameter_value';
    ELSIF touch_sessions.fresh < interval '0' THEN
        RAISE EXCEPTION 'fresh must not be less than zero' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- A row that others hold is skipped: so this waits for nobody, and two that name
    -- the same sessions in another order cannot deadlock. What is locked is the newest
    -- version of a row, and the conditions hold for that one.
    WITH used AS (
        SELECT u.token_hash, least(max(u.used_at), statement_timestamp()) AS used_at
          FROM ROWS FROM (pg_catalog.unnest(touch_sessions.token_hashes),
                          pg_catalog.unnest(touch_sessions.used_at)) AS u (token_hash, used_at)
         GROUP BY u.token_hash
    ), held AS (
        SELECT s.token_hash, u.used_at
          FROM used u JOIN session_tokens s ON s.token_hash = u.token_hash
         WHERE s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp()
           AND s.last_seen_at < u.used_at - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, session_idle_grace(s.idle_timeout) / 8::double precision) END
           FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    -- expires_at is set to what it is wherever it can be, so that the new version needs
    -- no new entry in the index. Without a time zone: see create_session(). 1000 years:
    -- lest a huge interval leave the range of timestamps and fail the whole batch.
    UPDATE session_tokens s
       SET last_seen_at = h.used_at,
           expires_at = CASE WHEN s.idle_timeout IS NULL THEN s.expires_at ELSE
               greatest(s.expires_at, least(s.absolute_expires_at,
                   (h.used_at AT TIME ZONE 'UTC' + least(s.idle_timeout, interval '1000 years')
                                                 + session_idle_grace(s.idle_timeout)) AT TIME ZONE 'UTC')) END
      FROM held h
     WHERE s.token_hash = h.token_hash;

    -- A new look: what is still to be written was skipped, and is still alive.
    RETURN QUERY
    SELECT DISTINCT s.token_hash
      FROM ROWS FROM (pg_catalog.unnest(touch_sessions.token_hashes),
                      pg_catalog.unnest(touch_sessions.used_at)) AS u (token_hash, used_at)
      JOIN session_tokens s ON s.token_hash = u.token_hash
     WHERE s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND s.last_seen_at < least(u.used_at, statement_timestamp())
               - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, session_idle_grace(s.idle_timeout) / 8::double precision) END;
END
$$;

COMMENT ON FUNCTION touch_sessions(bytea[], timestamptz[], interval) IS
    'AuthFCGI, internal: writes when these sessions were used, where that is later than what is known by more than fresh (or, with an idle timeout, by an eighth of the time by which it may end later), and moves the end of those with an idle timeout. Never makes one live again or lets it go beyond absolute_expires_at. Waits for nobody: returns the hashes of sessions that somebody else had locked, to be tried again.';


CREATE FUNCTION claim_session_cleanup(every interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF claim_session_cleanup.every IS NULL THEN
        RAISE EXCEPTION 'every must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- Who finds the row locked does not wait: somebody claims it, or ends all sessions.
    -- Later than the clock: the clock was wrong, and would stop all for as long.
    UPDATE session_settings g
       SET cleaned_up_at = statement_timestamp()
     WHERE g.only_row = (
               SELECT h.only_row
                 FROM session_settings h
                WHERE h.cleaned_up_at <= statement_timestamp() - claim_session_cleanup.every
                   OR h.cleaned_up_at > clock_timestamp()
                  FOR NO KEY UPDATE SKIP LOCKED);
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION claim_session_cleanup(interval) IS
    'AuthFCGI, internal: true for one caller if the last time that it was true is at least this long ago. That one removes what has expired.';


-- The statement must go by the index on expires_at also if nothing is known of the
-- table: read from the oldest on, it ends after most rows.
CREATE FUNCTION remove_expired_sessions(
    most        integer,
    since       timestamptz DEFAULT '-infinity',
    OUT removed bigint,
    OUT reached timestamptz
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
BEGIN
    IF remove_expired_sessions.most IS NULL OR remove_expired_sessions.since IS NULL THEN
        RAISE EXCEPTION 'most and since must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF remove_expired_sessions.most < 1 THEN
        RAISE EXCEPTION 'most must be at least one' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT pg_try_advisory_xact_lock(
            pg_catalog.hashtextextended('authfcgi cleanup ' || current_schema()::text, 0)) THEN
        RETURN;     -- somebody else is at it
    END IF;

    WITH gone AS (
        DELETE FROM session_tokens s
         WHERE s.ctid = ANY (ARRAY(
                   SELECT o.ctid
                     FROM session_tokens o
                    WHERE o.expires_at <= statement_timestamp()
                      AND o.expires_at >= remove_expired_sessions.since
                    ORDER BY o.expires_at
                    LIMIT remove_expired_sessions.most
                      FOR UPDATE SKIP LOCKED))
        RETURNING s.expires_at
    )
    SELECT count(*), max(g.expires_at)
      INTO remove_expired_sessions.removed, remove_expired_sessions.reached
      FROM gone g;
END
$$;

COMMENT ON FUNCTION remove_expired_sessions(integer, timestamptz) IS
    'AuthFCGI, internal: deletes the oldest expired sessions, at most so many, of those that expired since then, leaving out what others have locked. Returns how many, and the latest end among them: given as since, it spares the next call the index entries of rows that this one has deleted. removed is NULL if another transaction is at it.';


-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION session_idle_grace(interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION update_user_sessions(text, text, text[], text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION revoke_session(uuid, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION revoke_all_sessions() FROM PUBLIC;
REVOKE ALL ON FUNCTION touch_sessions(bytea[], timestamptz[], interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION claim_session_cleanup(interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION remove_expired_sessions(integer, timestamptz) FROM PUBLIC;


-- What applications may call. Where the role is missing, the step that makes it has
-- already said how an administrator does so.
DO $$
DECLARE
    home      CONSTANT text := quote_ident(current_schema()::text);
    signature text;
    grants    text := '';
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'revoke_session(uuid, text)',
        'update_user_sessions(text, text, text[], text, text)'
    ] LOOP
        grants := grants || 'GRANT EXECUTE ON FUNCTION ' || home || '.' || signature
               || ' TO authfcgi_mint;' || chr(10);
    END LOOP;

    BEGIN
        EXECUTE grants;
    EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
        RAISE WARNING 'could not grant the functions to authfcgi_mint: %', SQLERRM
            USING HINT = pg_catalog.concat('An administrator runs, in this database:', chr(10), grants);
    END;
END
$$;
