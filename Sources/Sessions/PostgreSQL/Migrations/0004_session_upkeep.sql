-- How the uses of sessions are written, and what has expired is removed. Workers call
-- these; nobody else needs to.

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
          FROM used u JOIN live_sessions s ON s.token_hash = u.token_hash
         WHERE s.last_seen_at < u.used_at - CASE WHEN s.idle_timeout IS NULL THEN touch_sessions.fresh ELSE
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
      JOIN live_sessions s ON s.token_hash = u.token_hash
     WHERE s.last_seen_at < least(u.used_at, statement_timestamp())
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
REVOKE ALL ON FUNCTION
    touch_sessions(bytea[], timestamptz[], interval),
    claim_session_cleanup(interval),
    remove_expired_sessions(integer, timestamptz)
FROM PUBLIC;
