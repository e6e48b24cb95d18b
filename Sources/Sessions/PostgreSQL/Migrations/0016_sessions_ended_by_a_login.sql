-- New here: create_session() says which sessions it ends, for the log.

-- Dropped first because it returns other columns.
DROP FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea);

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
) RETURNS TABLE (
    session_id       uuid,
    created_at       timestamptz,
    expires_at       timestamptz,
    replaced_session uuid,
    replaced_user    text,
    excess_sessions  uuid[]
)
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
    RETURNING s.session_id, s.created_at, s.expires_at
         INTO session_id, created_at, expires_at;

    -- Before counting, so that it does not count. expires_at: see
    -- revoke_access_token_hash(), here and below.
    IF create_session.replaces IS NOT NULL THEN
        UPDATE session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.token_hash = create_session.replaces
           AND s.token_hash <> create_session.token_hash
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp()
        RETURNING s.session_id, s.user_id
             INTO replaced_session, replaced_user;
    END IF;
    IF is_limited THEN
        WITH excess AS (
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
               AND s.expires_at > statement_timestamp()
            RETURNING s.session_id)
        SELECT pg_catalog.array_agg(e.session_id) INTO excess_sessions FROM excess e;
    END IF;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea) IS
    'AuthFCGI, internal: begins a session under the hash of its token. lifetime NULL means the default of session_settings; its maximum always holds. With idle_timeout the session ends earlier unless touch_sessions() says that it is used. With session_limit the oldest sessions of the user beyond that many end, leaving those with a label aside. The session under the hash replaces ends. Says which session it has replaced, whose that was, and which it has ended by the limit. Returns no row, and ends nothing, if epoch is given and is not the sum of that of the user and that of session_settings any more.';

REVOKE ALL ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea) FROM PUBLIC;
