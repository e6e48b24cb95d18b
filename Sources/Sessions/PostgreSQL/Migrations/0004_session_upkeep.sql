-- Recording uses of sessions and removing expired ones. Only workers call these
-- functions.

CREATE FUNCTION @schema@.touch_sessions(token_hashes bytea[], used_at timestamptz[], fresh interval) RETURNS SETOF bytea
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
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

    -- Locked rows are skipped, so this never waits, and two calls with the same sessions
    -- in different orders cannot deadlock. The newest version of a row is locked, and
    -- the conditions hold for that version.
    WITH used AS (
        SELECT u.token_hash, least(max(u.used_at), statement_timestamp()) AS used_at
          FROM ROWS FROM (pg_catalog.unnest(touch_sessions.token_hashes),
                          pg_catalog.unnest(touch_sessions.used_at)) AS u (token_hash, used_at)
         GROUP BY u.token_hash
    ), held AS (
        SELECT s.token_hash, u.used_at
          FROM used u JOIN @schema@.live_sessions s ON s.token_hash = u.token_hash
         WHERE s.last_seen_at < u.used_at - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, @schema@.session_idle_grace(s.idle_timeout) / 8::double precision) END
           FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    -- expires_at keeps its value where possible, so that the new version needs no index
    -- entry. Without a time zone: see create_session(). 1000 years: a huge interval would
    -- exceed the range of timestamps and fail the whole batch.
    UPDATE @schema@.session_tokens s
       SET last_seen_at = h.used_at,
           expires_at = CASE WHEN s.idle_timeout IS NULL THEN s.expires_at ELSE
               greatest(s.expires_at, least(s.absolute_expires_at,
                   (h.used_at AT TIME ZONE 'UTC' + least(s.idle_timeout, interval '1000 years')
                                                 + @schema@.session_idle_grace(s.idle_timeout)) AT TIME ZONE 'UTC')) END
      FROM held h
     WHERE s.token_hash = h.token_hash;

    -- A new snapshot: live sessions whose use is still not recorded were skipped.
    RETURN QUERY
    SELECT DISTINCT s.token_hash
      FROM ROWS FROM (pg_catalog.unnest(touch_sessions.token_hashes),
                      pg_catalog.unnest(touch_sessions.used_at)) AS u (token_hash, used_at)
      JOIN @schema@.live_sessions s ON s.token_hash = u.token_hash
     WHERE s.last_seen_at < least(u.used_at, statement_timestamp())
               - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, @schema@.session_idle_grace(s.idle_timeout) / 8::double precision) END;
END
$$;

COMMENT ON FUNCTION @schema@.touch_sessions(bytea[], timestamptz[], interval) IS
    'AuthFCGI, internal: records the last use of sessions where it is later than the recorded one by more than fresh, or, with an idle timeout, by more than an eighth of session_idle_grace(), and moves the expiry of sessions with an idle timeout. Never revives a session or moves its expiry beyond absolute_expires_at. Never waits: returns the token hashes of sessions locked by other transactions; try those again.';


-- Without sequential scans: it is known from an index, which is mostly empty.
CREATE FUNCTION @schema@.has_untidied_users() RETURNS boolean
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN EXISTS (SELECT FROM @schema@.user_epochs u WHERE u.tidied_before < u.ended_before);
END
$$;

COMMENT ON FUNCTION @schema@.has_untidied_users() IS
    'AuthFCGI, internal: returns whether sessions of a user may look live although the user''s epochs have ended them. Look-ups then compare the epochs.';


-- Without the row nobody could ever claim or lock it.
CREATE FUNCTION @schema@.require_session_cleanup() RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM @schema@.session_cleanup) THEN
        RAISE EXCEPTION 'the table session_cleanup has lost its row: run authfcgi migrate'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.require_session_cleanup() IS
    'AuthFCGI, internal: refuses to go on without the row of session_cleanup.';


CREATE FUNCTION @schema@.claim_session_cleanup(every interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF claim_session_cleanup.every IS NULL THEN
        RAISE EXCEPTION 'every must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- A locked row is skipped: another caller is claiming it or removing sessions. A time
    -- in the future comes from a wrong clock, and is ignored.
    UPDATE @schema@.session_cleanup g
       SET cleaned_up_at = statement_timestamp()
     WHERE g.only_row = (
               SELECT h.only_row
                 FROM @schema@.session_cleanup h
                WHERE h.only_row
                  AND (h.cleaned_up_at <= statement_timestamp() - claim_session_cleanup.every
                       OR h.cleaned_up_at > clock_timestamp()
                       OR EXISTS (SELECT FROM @schema@.authfcgi_state s WHERE s.only_row AND s.tidied_before < s.ended_before)
                       OR @schema@.has_untidied_users())
                  FOR NO KEY UPDATE SKIP LOCKED);
    IF FOUND THEN
        RETURN true;
    END IF;
    PERFORM @schema@.require_session_cleanup();
    RETURN false;
END
$$;

COMMENT ON FUNCTION @schema@.claim_session_cleanup(interval) IS
    'AuthFCGI, internal: returns true for one caller per interval, and while ended sessions are to be removed, which then removes those and what has expired.';


CREATE FUNCTION @schema@.lock_session_cleanup() RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM @schema@.session_cleanup g WHERE g.only_row FOR NO KEY UPDATE SKIP LOCKED;
    IF FOUND THEN
        RETURN true;
    END IF;
    PERFORM @schema@.require_session_cleanup();
    RETURN false;
END
$$;

COMMENT ON FUNCTION @schema@.lock_session_cleanup() IS
    'AuthFCGI, internal: makes this the only transaction that removes sessions; false, without waiting, if there is another one.';


-- Removes what raised epochs have ended and tidy_ended_sessions() has left over: first
-- user by user, then, after the end of all sessions, in the order of token hashes. Each
-- call does a bounded amount of work, and returns the position for the next one.
CREATE FUNCTION @schema@.remove_ended_sessions(
    most        integer,
    since       text DEFAULT 'u:',
    OUT removed bigint,
    OUT reached text
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    ended_user text;
    before     bigint;
    kept       bytea;
    hashes     bytea[];
BEGIN
    IF remove_ended_sessions.most IS NULL OR remove_ended_sessions.since IS NULL THEN
        RAISE EXCEPTION 'most and since must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF remove_ended_sessions.most < 1 THEN
        RAISE EXCEPTION 'most must be at least one' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT @schema@.lock_session_cleanup() THEN
        RETURN;     -- another transaction is removing sessions
    END IF;
    removed := 0;

    IF left(remove_ended_sessions.since, 2) = 'u:' THEN
        SELECT u.user_id, u.ended_before, u.kept_hash INTO ended_user, before, kept
          FROM @schema@.user_epochs u
         WHERE u.tidied_before < u.ended_before AND u.user_id > substr(remove_ended_sessions.since, 3)
         ORDER BY u.user_id LIMIT 1;
        IF FOUND THEN
            DELETE FROM @schema@.session_tokens s
             WHERE s.ctid = ANY (ARRAY(
                       SELECT o.ctid
                         FROM @schema@.session_tokens o
                        WHERE o.user_id = ended_user AND o.revoked_at IS NULL AND o.user_epoch < before
                          AND o.token_hash IS DISTINCT FROM kept
                        LIMIT remove_ended_sessions.most
                          FOR UPDATE SKIP LOCKED));
            GET DIAGNOSTICS removed = ROW_COUNT;
            IF removed = remove_ended_sessions.most THEN
                reached := remove_ended_sessions.since;
                RETURN;
            END IF;
            -- What is locked is for the next time: rows, and the user while a session is being
            -- created. The lock comes before the sessions are read: see user_epochs.
            PERFORM FROM @schema@.user_epochs u
              WHERE u.user_id = ended_user AND u.ended_before = before AND u.kept_hash IS NOT DISTINCT FROM kept
                FOR UPDATE SKIP LOCKED;
            -- An older snapshot would not show a session that was created meanwhile.
            IF FOUND AND current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
                PERFORM FROM @schema@.session_tokens o
                  WHERE o.user_id = ended_user AND o.revoked_at IS NULL AND o.user_epoch < before
                    AND o.token_hash IS DISTINCT FROM kept
                  LIMIT 1;
                IF NOT FOUND THEN
                    UPDATE @schema@.user_epochs u SET tidied_before = before WHERE u.user_id = ended_user;
                END IF;
            END IF;
            reached := 'u:' || ended_user;
            RETURN;
        END IF;
    END IF;

    SELECT g.ended_before INTO before FROM @schema@.authfcgi_state g WHERE g.only_row AND g.tidied_before < g.ended_before;
    IF NOT FOUND THEN
        RETURN;     -- nothing is left
    END IF;
    hashes := ARRAY(
        SELECT o.token_hash
          FROM @schema@.session_tokens o
         WHERE o.token_hash > CASE WHEN left(remove_ended_sessions.since, 2) = 'h:'
                                   THEN decode(substr(remove_ended_sessions.since, 3), 'hex') ELSE '' END
         ORDER BY o.token_hash
         LIMIT remove_ended_sessions.most);
    DELETE FROM @schema@.session_tokens s
     WHERE s.ctid = ANY (ARRAY(
               SELECT o.ctid
                 FROM @schema@.session_tokens o
                WHERE o.token_hash = ANY (hashes) AND o.revoked_at IS NULL AND o.general_epoch < before
                  FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS removed = ROW_COUNT;
    IF pg_catalog.cardinality(hashes) = remove_ended_sessions.most THEN
        reached := 'h:' || encode(hashes[remove_ended_sessions.most], 'hex');
    ELSE
        -- The few rows that were locked stay until they expire.
        UPDATE @schema@.authfcgi_state g SET tidied_before = before
         WHERE g.only_row = (SELECT h.only_row FROM @schema@.authfcgi_state h
                              WHERE h.only_row AND h.tidied_before < before FOR NO KEY UPDATE SKIP LOCKED);
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.remove_ended_sessions(integer, text) IS
    'AuthFCGI, internal: deletes sessions that the end of all sessions of a user, or of all users, has left, at most "most" at a time, skipping locked rows. Returns their number and the position for the next call as "since", NULL at the end. removed is NULL if another transaction is removing sessions.';


-- The statement must use the index on expires_at even without statistics of the table:
-- it reads from the oldest entry on and stops after "most" rows. Sessions that nobody has
-- ended are recorded in login_devices.
CREATE FUNCTION @schema@.remove_expired_sessions(
    most        integer,
    since       timestamptz DEFAULT '-infinity',
    OUT removed bigint,
    OUT reached timestamptz
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off    -- the cost of a plan with a sort that is off would call for it
AS $$
#variable_conflict use_column
DECLARE
    -- By its index, because sequential scans are off.
    everybody CONSTANT bigint := (SELECT g.ended_before FROM @schema@.authfcgi_state g WHERE g.only_row);
BEGIN
    IF remove_expired_sessions.most IS NULL OR remove_expired_sessions.since IS NULL THEN
        RAISE EXCEPTION 'most and since must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF remove_expired_sessions.most < 1 THEN
        RAISE EXCEPTION 'most must be at least one' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT @schema@.lock_session_cleanup() THEN
        RETURN;     -- another transaction is removing sessions
    END IF;

    WITH gone AS (
        DELETE FROM @schema@.session_tokens s
         WHERE s.ctid = ANY (ARRAY(
                   SELECT o.ctid
                     FROM @schema@.session_tokens o
                    WHERE o.expires_at <= statement_timestamp()
                      AND o.expires_at >= remove_expired_sessions.since
                    ORDER BY o.expires_at
                    LIMIT remove_expired_sessions.most
                      FOR UPDATE SKIP LOCKED))
        RETURNING s.*
    ), devices AS (
        INSERT INTO @schema@.login_devices AS d (user_id, token_hashes, ended_before, expires_at)
        SELECT g.user_id, (pg_catalog.array_agg(g.token_hash ORDER BY g.expires_at DESC))[:10],
               everybody + coalesce(max(e.ended_before), 0), max(g.expires_at) + interval '90 days'
          FROM gone g LEFT JOIN @schema@.user_epochs e ON e.user_id = g.user_id
         WHERE g.label IS NULL
           -- That nobody has ended it: not as a row, not by plain SQL that shortened it, and
           -- not by an epoch.
           AND g.revoked_at IS NULL
           AND g.expires_at >= least(g.absolute_expires_at, g.last_seen_at + least(g.idle_timeout, interval '1000 years'))
           AND g.general_epoch >= everybody
           AND (coalesce(e.ended_before, 0) <= g.user_epoch OR e.kept_hash IS NOT DISTINCT FROM g.token_hash)
         GROUP BY g.user_id
            ON CONFLICT (user_id) DO UPDATE
           SET token_hashes = (excluded.token_hashes
                   || CASE WHEN d.ended_before = excluded.ended_before THEN d.token_hashes ELSE '{}' END)[:10],
               ended_before = excluded.ended_before,
               expires_at   = greatest(excluded.expires_at, d.expires_at)
    )
    SELECT count(*), max(g.expires_at)
      INTO remove_expired_sessions.removed, remove_expired_sessions.reached
      FROM gone g;
END
$$;

COMMENT ON FUNCTION @schema@.remove_expired_sessions(integer, timestamptz) IS
    'AuthFCGI, internal: deletes at most "most" of the oldest sessions that expired at "since" or later, skipping locked rows. Returns their number and the latest expiry among them: as "since" of the next call, it skips the index entries of the rows just deleted. removed is NULL if another transaction is removing sessions.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.touch_sessions(bytea[], timestamptz[], interval),
    @schema@.has_untidied_users(),
    @schema@.claim_session_cleanup(interval),
    @schema@.lock_session_cleanup(),
    @schema@.require_session_cleanup(),
    @schema@.remove_ended_sessions(integer, text),
    @schema@.remove_expired_sessions(integer, timestamptz)
FROM PUBLIC;
