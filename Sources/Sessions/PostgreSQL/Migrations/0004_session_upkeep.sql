-- Recording uses of sessions and removing expired ones. Only workers call these
-- functions.

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
          FROM used u JOIN live_sessions s ON s.token_hash = u.token_hash
         WHERE s.last_seen_at < u.used_at - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, session_idle_grace(s.idle_timeout) / 8::double precision) END
           FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    -- expires_at keeps its value where possible, so that the new version needs no index
    -- entry. Without a time zone: see create_session(). 1000 years: a huge interval would
    -- exceed the range of timestamps and fail the whole batch.
    UPDATE session_tokens s
       SET last_seen_at = h.used_at,
           expires_at = CASE WHEN s.idle_timeout IS NULL THEN s.expires_at ELSE
               greatest(s.expires_at, least(s.absolute_expires_at,
                   (h.used_at AT TIME ZONE 'UTC' + least(s.idle_timeout, interval '1000 years')
                                                 + session_idle_grace(s.idle_timeout)) AT TIME ZONE 'UTC')) END
      FROM held h
     WHERE s.token_hash = h.token_hash;

    -- A new snapshot: live sessions whose use is still not recorded were skipped.
    RETURN QUERY
    SELECT DISTINCT s.token_hash
      FROM ROWS FROM (pg_catalog.unnest(touch_sessions.token_hashes),
                      pg_catalog.unnest(touch_sessions.used_at)) AS u (token_hash, used_at)
      JOIN live_sessions s ON s.token_hash = u.token_hash
     WHERE s.last_seen_at < least(u.used_at, statement_timestamp())
               - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
                   least(touch_sessions.fresh, session_idle_grace(s.idle_timeout) / 8::double precision) END;
END
$$;

COMMENT ON FUNCTION touch_sessions(bytea[], timestamptz[], interval) IS
    'AuthFCGI, internal: records the last use of sessions where it is later than the recorded one by more than fresh, or, with an idle timeout, by more than an eighth of session_idle_grace(), and moves the expiry of sessions with an idle timeout. Never revives a session or moves its expiry beyond absolute_expires_at. Never waits: returns the token hashes of sessions locked by other transactions; try those again.';


CREATE FUNCTION claim_session_cleanup(every interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF claim_session_cleanup.every IS NULL THEN
        RAISE EXCEPTION 'every must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- A locked row is skipped: another caller is claiming it or ending all sessions. A
    -- time in the future comes from a wrong clock, and is ignored.
    UPDATE authfcgi_state g
       SET cleaned_up_at = statement_timestamp()
     WHERE g.only_row = (
               SELECT h.only_row
                 FROM authfcgi_state h
                WHERE h.cleaned_up_at <= statement_timestamp() - claim_session_cleanup.every
                   OR h.cleaned_up_at > clock_timestamp()
                  FOR NO KEY UPDATE SKIP LOCKED);
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION claim_session_cleanup(interval) IS
    'AuthFCGI, internal: returns true for one caller per interval, which then removes what has expired.';


-- The statement must use the index on expires_at even without statistics of the table:
-- it reads from the oldest entry on and stops after "most" rows.
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
        RETURN;     -- another transaction is removing sessions
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
    'AuthFCGI, internal: deletes at most "most" of the oldest sessions that expired at "since" or later, skipping locked rows. Returns their number and the latest expiry among them: as "since" of the next call, it skips the index entries of the rows just deleted. removed is NULL if another transaction is removing sessions.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    touch_sessions(bytea[], timestamptz[], interval),
    claim_session_cleanup(interval),
    remove_expired_sessions(integer, timestamptz)
FROM PUBLIC;
