-- The functions with which logins and applications create, check and end sessions.
-- SECURITY DEFINER, so that callers need no rights on the tables.
--
-- Parameters have the names of their columns, for calls such as
-- create_access_token(user_id => ...).
--
-- These functions never run a statement with a token in it, because a server may log
-- statements with their values: auto_explain with log_nested_statements and log_verbose,
-- pgaudit with log_parameter. PL/pgSQL evaluates an assignment or a RETURN without SELECT
-- itself, and logs neither, as long as the functions called there are not in SQL.

CREATE FUNCTION @schema@.session_token_hash(token text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN sha256(convert_to(session_token_hash.token, 'UTF8'));
END
$$;

COMMENT ON FUNCTION @schema@.session_token_hash(text) IS
    'AuthFCGI: returns the token_hash under which the session of a token is stored.';


CREATE FUNCTION @schema@.require_user_id(user_id text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF require_user_id.user_id IS NULL THEN
        RAISE EXCEPTION 'user_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(require_user_id.user_id) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'user_id must have 1 to 255 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.require_user_id(text) IS
    'AuthFCGI, internal: raises an error for an invalid user_id.';


-- The rules of the checks of session_tokens, with errors that name the parameter. NULL is
-- permitted.
CREATE FUNCTION @schema@.require_identity(username text, groups text[], name text, email text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    problem CONSTANT text := CASE
        WHEN char_length(require_identity.username) > 256 THEN 'username must have at most 256 characters'
        WHEN char_length(require_identity.name) > 256 THEN 'name must have at most 256 characters'
        WHEN char_length(require_identity.email) > 320 THEN 'email must have at most 320 characters'
        WHEN pg_catalog.array_ndims(require_identity.groups) > 1 THEN 'groups must be an array of one dimension'
        WHEN pg_catalog.array_position(require_identity.groups, NULL) IS NOT NULL THEN 'groups must not contain NULL'
        WHEN octet_length(pg_catalog.array_to_string(require_identity.groups, ',')) > 4096
            THEN 'groups must have at most 4096 bytes together, with a comma between each two' END;
BEGIN
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION '%', problem USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.require_identity(text, text[], text, text) IS
    'AuthFCGI, internal: raises an error for an invalid username, name, email or groups.';


-- STRICT, because least() ignores NULL.
CREATE FUNCTION @schema@.session_idle_grace(idle_timeout interval) RETURNS interval
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN least(interval '60 seconds', session_idle_grace.idle_timeout / 10::double precision);
END
$$;

COMMENT ON FUNCTION @schema@.session_idle_grace(interval) IS
    'AuthFCGI, internal: returns the time by which a session may outlive its idle timeout. Uses are recorded in batches, so the last one may not be recorded.';


-- All sessions are created by this function: workers call it at a login, and
-- create_access_token() calls it.
CREATE FUNCTION @schema@.create_session(
    token_hash             bytea,
    user_id                text,
    username               text,
    groups                 text[],
    name                   text,
    email                  text,
    lifetime               interval,
    client_ip              inet,
    user_agent             text,
    label                  text,
    epoch                  bigint,
    idle_timeout           interval    DEFAULT NULL,
    session_limit          integer     DEFAULT NULL,
    replaces               bytea       DEFAULT NULL,
    authenticated_at       timestamptz DEFAULT NULL,
    authentication_methods text[]      DEFAULT NULL
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
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    -- Sessions with a label belong to machines: the limit neither counts nor ends them.
    is_limited    CONSTANT boolean := create_session.session_limit IS NOT NULL AND create_session.label IS NULL;
    -- The number of sessions that one login ends because of a limit. The next one goes on.
    ended_at_most CONSTANT integer := 1000;
    methods       CONSTANT text[] := coalesce(create_session.authentication_methods, '{pwd}');
    -- The row of session_limits, with the epoch of authfcgi_state.
    limits        record;
    current_epoch bigint;
    allowed       integer;
    -- The clock that look-ups compare with, constant within the statement. Not now(),
    -- which is the start of a transaction that may be long. Without a time zone, so
    -- that a day has 24 hours in every TimeZone of a caller.
    start         timestamp := statement_timestamp() AT TIME ZONE 'UTC';
    absolute_end  timestamp;
    idle_end      timestamp;
BEGIN
    IF create_session.token_hash IS NULL THEN
        RAISE EXCEPTION 'token_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(create_session.token_hash) <> 32 THEN
        RAISE EXCEPTION 'token_hash must have 32 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM @schema@.require_user_id(create_session.user_id);
    PERFORM @schema@.require_identity(create_session.username, create_session.groups, create_session.name, create_session.email);
    IF create_session.lifetime <= interval '0' THEN
        RAISE EXCEPTION 'lifetime must be greater than zero' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.idle_timeout <= interval '0' THEN
        RAISE EXCEPTION 'idle_timeout must be greater than zero' USING ERRCODE = 'invalid_parameter_value';
    ELSIF char_length(create_session.label) > 256 THEN
        RAISE EXCEPTION 'label must have at most 256 characters' USING ERRCODE = 'invalid_parameter_value';
    ELSIF create_session.session_limit < 1 THEN
        RAISE EXCEPTION 'session_limit must be at least one' USING ERRCODE = 'invalid_parameter_value';
    -- Not statement_timestamp(), which is earlier than a caller's clock_timestamp().
    ELSIF NOT isfinite(create_session.authenticated_at) OR create_session.authenticated_at > clock_timestamp() THEN
        RAISE EXCEPTION 'authenticated_at must not be in the future, nor infinite'
            USING ERRCODE = 'invalid_parameter_value';
    -- The same rule as the check of session_tokens.
    ELSIF pg_catalog.array_ndims(methods) IS DISTINCT FROM 1
          OR pg_catalog.cardinality(methods) > 8
          OR pg_catalog.array_position(methods, NULL) IS NOT NULL
          OR pg_catalog.array_position(methods, '') IS NOT NULL
          OR octet_length(pg_catalog.array_to_string(methods, '')) > 128 THEN
        RAISE EXCEPTION 'authentication_methods must be 1 to 8 names of 1 to 128 bytes in all'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF is_limited THEN
        PERFORM @schema@.require_read_committed('a session limit', 'sessions of other logins are not counted');
    END IF;
    -- Only the gate has an epoch. Its other work waits meanwhile, also behind a pooler, where
    -- the connection has no limit. Until the end of the transaction, which is this statement.
    IF create_session.epoch IS NOT NULL AND current_setting('lock_timeout') = '0' THEN
        PERFORM set_config('lock_timeout', '200ms', true);
    END IF;

    FOR attempt IN 1 .. 2 LOOP
        IF is_limited THEN
            -- Concurrent logins wait, so that they count each other's sessions.
            SELECT u.epoch INTO current_epoch
              FROM @schema@.user_epochs u WHERE u.user_id = create_session.user_id FOR NO KEY UPDATE;
        ELSE
            -- Only update_user_sessions() waits for this lock, so that it finds this
            -- session. end_user_sessions() does not, and nobody who ends sessions may
            -- have to: an application may hold it for as long as its transaction lasts.
            -- Meanwhile look-ups compare the user's epochs: see user_epochs.
            SELECT u.epoch INTO current_epoch
              FROM @schema@.user_epochs u WHERE u.user_id = create_session.user_id FOR KEY SHARE;
        END IF;
        EXIT WHEN FOUND;
        INSERT INTO @schema@.user_epochs (user_id) VALUES (create_session.user_id) ON CONFLICT DO NOTHING;
    END LOOP;
    -- No lock is needed for the end of sessions: a session that is created with an older
    -- epoch has ended, even if it is committed later.
    SELECT l.default_lifetime, l.maximum_lifetime, l.maximum_sessions, g.epoch INTO limits
      FROM @schema@.session_limits l CROSS JOIN @schema@.authfcgi_state g;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the table session_limits or authfcgi_state has lost its row: run authfcgi migrate'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;

    IF create_session.epoch <> current_epoch + limits.epoch THEN
        RETURN;     -- sessions were revoked during the login: no session, no row
    END IF;

    -- The shorter interval first, because a huge one would exceed the range of
    -- timestamps; then again as points in time, because a month may exceed 30 days.
    absolute_end := least(start + least(coalesce(create_session.lifetime, limits.default_lifetime),
                                        limits.maximum_lifetime),
                          start + limits.maximum_lifetime);
    idle_end := least(start + least(create_session.idle_timeout, limits.maximum_lifetime)
                            + @schema@.session_idle_grace(create_session.idle_timeout),
                      absolute_end);

    INSERT INTO @schema@.session_tokens AS s
           (token_hash, user_id, username, groups, name, email,
            authenticated_at, authentication_methods,
            created_at, last_seen_at, expires_at, absolute_expires_at, idle_timeout,
            client_ip, user_agent, label, user_epoch, general_epoch)
    VALUES (create_session.token_hash, create_session.user_id,
            coalesce(create_session.username, ''), coalesce(create_session.groups, '{}'),
            coalesce(create_session.name, ''), coalesce(create_session.email, ''),
            least(create_session.authenticated_at, statement_timestamp()), methods,
            start AT TIME ZONE 'UTC', start AT TIME ZONE 'UTC',
            idle_end AT TIME ZONE 'UTC', absolute_end AT TIME ZONE 'UTC', create_session.idle_timeout,
            create_session.client_ip, create_session.user_agent, create_session.label,
            current_epoch, limits.epoch)
    RETURNING s.session_id, s.created_at, s.expires_at
         INTO session_id, created_at, expires_at;

    -- Before the limit, which must not count the replaced session. For expires_at, here
    -- and below, see revoke_access_token_hash().
    IF create_session.replaces IS NOT NULL THEN
        UPDATE @schema@.live_sessions s
           SET revoked_at = statement_timestamp(), expires_at = now()
         WHERE s.token_hash = create_session.replaces
           AND s.token_hash <> create_session.token_hash
        RETURNING s.session_id, s.user_id
             INTO replaced_session, replaced_user;
    END IF;

    -- Reads the user's entries of one index, of which there are not many more than allowed.
    allowed := least(CASE WHEN is_limited THEN create_session.session_limit END, limits.maximum_sessions);
    PERFORM FROM @schema@.live_sessions s
      WHERE s.user_id = create_session.user_id AND (s.label IS NULL) = (create_session.label IS NULL)
     OFFSET allowed LIMIT 1;
    IF FOUND AND create_session.label IS NOT NULL THEN
        RAISE EXCEPTION 'the user has % live sessions with a label already', allowed
            USING ERRCODE = 'program_limit_exceeded',
                  HINT = 'Revoke some of them, or raise session_limits.maximum_sessions.';
    ELSIF FOUND THEN
        WITH excess AS (
            UPDATE @schema@.session_tokens s
               SET revoked_at = statement_timestamp(), expires_at = now()
             WHERE s.token_hash IN (SELECT o.token_hash
                                      FROM @schema@.live_sessions o
                                     WHERE o.user_id = create_session.user_id
                                       AND o.token_hash <> create_session.token_hash
                                       AND o.label IS NULL
                                     ORDER BY o.created_at DESC, o.session_id
                                    OFFSET allowed - 1 LIMIT ended_at_most)
               AND s.revoked_at IS NULL
            RETURNING s.session_id)
        SELECT pg_catalog.array_agg(e.session_id) INTO excess_sessions FROM excess e;
    END IF;

    -- The client keeps the new token in place of the old one. After all sessions, as in
    -- remove_expired_sessions(), against deadlock.
    IF create_session.replaces IS NOT NULL THEN
        UPDATE @schema@.login_devices d
           SET token_hashes = pg_catalog.array_remove(d.token_hashes, create_session.replaces)
         WHERE d.user_id = create_session.user_id AND create_session.replaces = ANY (d.token_hashes);
    END IF;
    RETURN NEXT;
END
$$;

COMMENT ON FUNCTION @schema@.create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea, timestamptz, text[]) IS
    'AuthFCGI, internal: creates a session under the hash of its token. lifetime NULL means the default of session_limits; its maximum always holds. With idle_timeout the session expires earlier unless touch_sessions() records uses. With session_limit, and always over session_limits.maximum_sessions, the user''s oldest sessions over that number end, 1000 at a time; sessions with a label are not counted, and one over the maximum is refused. The session with the hash replaces ends. authenticated_at NULL means now, authentication_methods NULL means a password. Returns the new session, the replaced session and its user, and the sessions ended by the limit. Returns no row, and ends nothing, if epoch is given and differs from the sum of the user''s epoch and the epoch of authfcgi_state.';


CREATE FUNCTION @schema@.create_access_token(
    user_id                text,
    username               text        DEFAULT NULL,
    groups                 text[]      DEFAULT '{}',
    name                   text        DEFAULT '',
    email                  text        DEFAULT '',
    lifetime               interval    DEFAULT NULL,
    label                  text        DEFAULT NULL,
    authenticated_at       timestamptz DEFAULT NULL,
    authentication_methods text[]      DEFAULT '{pwd}'
) RETURNS text
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    tag_key bytea;
    random  bytea := @schema@.session_random_bytes();
    token   text;
    hash    bytea;
BEGIN
    -- Workers may not have read a younger key yet.
    SELECT k.key INTO tag_key
      FROM @schema@.session_keys k
     WHERE k.created_at <= statement_timestamp() - interval '10 seconds'
     ORDER BY k.generation DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT k.key INTO tag_key FROM @schema@.session_keys k ORDER BY k.generation LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session_keys has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT rotate_session_key();';
    END IF;

    -- 40 bytes: 54 base64 digits without padding, 58 characters with the prefix.
    token := 'afs_' || translate(
        encode(random || substr(sha256(tag_key || random), 1, 8), 'base64'), '+/=', '-_');
    hash := @schema@.session_token_hash(token);

    PERFORM @schema@.create_session(
        token_hash             => hash,
        user_id                => create_access_token.user_id,
        username               => coalesce(create_access_token.username, create_access_token.user_id),
        groups                 => create_access_token.groups,
        name                   => create_access_token.name,
        email                  => create_access_token.email,
        lifetime               => create_access_token.lifetime,
        client_ip              => NULL::inet,
        user_agent             => NULL::text,
        label                  => create_access_token.label,
        epoch                  => NULL::bigint,
        idle_timeout           => NULL::interval,
        session_limit          => NULL::integer,
        replaces               => NULL::bytea,
        authenticated_at       => create_access_token.authenticated_at,
        authentication_methods => create_access_token.authentication_methods);
    RETURN token;
END
$$;

COMMENT ON FUNCTION @schema@.create_access_token(text, text, text[], text, text, interval, text, timestamptz, text[]) IS
    'AuthFCGI: creates a session for a user whom the caller has authenticated, and returns its token, of which only a hash is stored. The session is valid from the commit on, unless all sessions of the user are ended while the transaction runs. username defaults to user_id, lifetime to session_limits.default_lifetime, authenticated_at (time of the authentication) to now, and authentication_methods (values of RFC 8176) to a password.';


CREATE FUNCTION @schema@.get_user_from_token_hash(token_hash bytea) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    live_user text;
BEGIN
    SELECT s.user_id INTO live_user
      FROM @schema@.live_sessions s
     WHERE s.token_hash = get_user_from_token_hash.token_hash;
    IF FOUND THEN
        RETURN live_user;
    END IF;
    -- A restore makes triggers last, when all rows are there.
    IF NOT EXISTS (SELECT FROM @schema@.authfcgi_state)
       OR NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
                       WHERE t.tgrelid = $name$@schema@.session_tokens$name$::regclass
                         AND t.tgname LIKE 'session\_tokens\_%') THEN
        RAISE EXCEPTION 'the tables of authfcgi lack rows, which does not tell whether a session is valid'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.get_user_from_token_hash(bytea) IS
    'AuthFCGI: like get_user_from_token(), for callers that store only session_token_hash(token).';


CREATE FUNCTION @schema@.get_user_from_token(token text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @schema@.get_user_from_token_hash(@schema@.session_token_hash(get_user_from_token.token));
END
$$;

COMMENT ON FUNCTION @schema@.get_user_from_token(text) IS
    'AuthFCGI: returns the user_id of the token''s live session; NULL if there is none (not a token, unknown, expired or revoked). An error while the tables are being restored.';


CREATE FUNCTION @schema@.revoke_access_token_hash(token_hash bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF revoke_access_token_hash.token_hash IS NULL THEN
        RAISE EXCEPTION 'token_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- expires_at becomes now(), the start of this transaction, so that
    -- "expires_at > now()" is false at once, even within this transaction.
    UPDATE @schema@.live_sessions s
       SET revoked_at = statement_timestamp(), expires_at = now()
     WHERE s.token_hash = revoke_access_token_hash.token_hash;
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION @schema@.revoke_access_token_hash(bytea) IS
    'AuthFCGI: like revoke_access_token(), for callers that store only session_token_hash(token).';


CREATE FUNCTION @schema@.revoke_access_token(token text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF revoke_access_token.token IS NULL THEN
        RAISE EXCEPTION 'token must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    RETURN @schema@.revoke_access_token_hash(@schema@.session_token_hash(revoke_access_token.token));
END
$$;

COMMENT ON FUNCTION @schema@.revoke_access_token(text) IS
    'AuthFCGI: ends the session of a token everywhere. Returns whether it was live.';


CREATE FUNCTION @schema@.revoke_session(session_id uuid, user_id text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF revoke_session.session_id IS NULL THEN
        RAISE EXCEPTION 'session_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- expires_at: see revoke_access_token_hash().
    UPDATE @schema@.live_sessions s
       SET revoked_at = statement_timestamp(), expires_at = now()
     WHERE s.session_id = revoke_session.session_id
       AND (revoke_session.user_id IS NULL OR s.user_id = revoke_session.user_id);
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION @schema@.revoke_session(uuid, text) IS
    'AuthFCGI: ends the session with a public id everywhere; with user_id, only a session of that user. Returns whether a session was live.';


CREATE FUNCTION @schema@.revoke_user_sessions(user_id text, except_hash bytea DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @schema@.require_user_id(revoke_user_sessions.user_id);
    RETURN @schema@.end_user_sessions(ARRAY[revoke_user_sessions.user_id], revoke_user_sessions.except_hash, true);
END
$$;

COMMENT ON FUNCTION @schema@.revoke_user_sessions(text, bytea) IS
    'AuthFCGI: ends all sessions of a user everywhere, except the one with the token hash except_hash, and refuses logins in progress. Writes one row, however many sessions there are; the rows of up to 1000 are marked at once, the others removed later. Returns the number of sessions ended, as far as they can be counted in half a second. Needs READ COMMITTED.';


CREATE FUNCTION @schema@.revoke_all_sessions() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET cursor_tuple_fraction = 1    -- the count reads all rows
AS $$
DECLARE
    old_before bigint;
    sessions   refcursor;
    ended      bigint;
BEGIN
    PERFORM @schema@.require_read_committed('ending all sessions', 'they cannot be counted');

    SELECT g.ended_before INTO old_before FROM @schema@.authfcgi_state g FOR NO KEY UPDATE;
    -- From the commit on, this alone ends the sessions. It waits for nobody who creates
    -- sessions.
    UPDATE @schema@.authfcgi_state g SET epoch = g.epoch + 1, ended_before = g.epoch + 1;

    OPEN sessions NO SCROLL FOR
    SELECT FROM @schema@.session_tokens s
     WHERE s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp()
       AND s.general_epoch >= old_before
       AND NOT EXISTS (SELECT FROM @schema@.user_epochs e
                        WHERE e.user_id = s.user_id AND e.ended_before > s.user_epoch AND e.ended_before > 0
                          AND e.kept_hash IS DISTINCT FROM s.token_hash);
    ended := @schema@.count_ended_sessions(sessions);

    -- As in end_user_sessions().
    IF @schema@.tidy_ended_sessions(ARRAY(
           SELECT s.token_hash
             FROM @schema@.session_tokens s
            WHERE s.revoked_at IS NULL AND s.expires_at > statement_timestamp()
            LIMIT 1001)) THEN
        UPDATE @schema@.authfcgi_state g SET tidied_before = g.ended_before;
    END IF;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION @schema@.revoke_all_sessions() IS
    'AuthFCGI: ends all sessions of all users everywhere, and refuses logins in progress. Writes one row, however many sessions there are; the rows of up to 1000 are marked at once, the others removed later. Returns the number of sessions ended, as far as they can be counted in half a second. Needs READ COMMITTED.';


-- For workers: a request that is repeated, after a connection or a worker was lost before
-- the answer, must find what its first sending has done, and answer as that would have.
-- "since" is the time since then, NULL for the first sending.
--
-- The repetition may have waited for the first sending, which held the session's row or
-- waited for it too. So what was done is read by a statement of a VOLATILE function of its
-- own: that sees what was committed meanwhile, and the statement that calls the function
-- does not.

CREATE FUNCTION @schema@.count_sessions_ended_since(user_id text, since interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    start    CONSTANT timestamptz := statement_timestamp() - count_sessions_ended_since.since;
    -- Others may have ended sessions while this statement waited.
    present  CONSTANT timestamptz := clock_timestamp();
    counted  bigint := 0;
BEGIN
    IF start IS NOT NULL THEN
        -- A revocation moves the expiry to the past, and that has an index. What this
        -- statement itself has ended is counted already.
        SELECT count(*) INTO counted
          FROM @schema@.session_tokens s
         WHERE s.user_id = count_sessions_ended_since.user_id
           AND s.revoked_at >= start AND s.revoked_at <> statement_timestamp()
           AND s.expires_at BETWEEN start AND present;
    END IF;
    RETURN counted;
END
$$;

COMMENT ON FUNCTION @schema@.count_sessions_ended_since(text, interval) IS
    'AuthFCGI, internal: returns the number of a user''s sessions that others have ended within "since" before the start of this statement, or since then, as far as their rows are marked; 0 if it is NULL.';


CREATE FUNCTION @schema@.end_session_of_token(
    token_hash     bytea,
    since          interval,
    OUT session_id uuid,
    OUT user_id    text,
    OUT was_live   boolean
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'    -- the user is not known yet: the lane cannot tell whose rows are held
AS $$
#variable_conflict use_column
DECLARE
    start      CONSTANT timestamptz := statement_timestamp() - end_session_of_token.since;
    ended_here CONSTANT boolean := @schema@.revoke_access_token_hash(end_session_of_token.token_hash);
BEGIN
    SELECT s.session_id, s.user_id, ended_here OR coalesce(s.revoked_at >= start, false)
      INTO end_session_of_token.session_id, end_session_of_token.user_id, end_session_of_token.was_live
      FROM @schema@.session_tokens s
     WHERE s.token_hash = end_session_of_token.token_hash;
END
$$;

COMMENT ON FUNCTION @schema@.end_session_of_token(bytea, interval) IS
    'AuthFCGI, internal: ends the session with a token hash everywhere. Returns the session, and whether it was live or was ended within "since" before the start of this statement, or since then; NULL without a session.';


CREATE FUNCTION @schema@.end_session(
    session_id     uuid,
    user_id        text,
    since          interval,
    OUT was_live   boolean,
    OUT just_ended boolean
)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'    -- the gate's other work waits meanwhile, also behind a pooler
AS $$
#variable_conflict use_column
DECLARE
    start      CONSTANT timestamptz := statement_timestamp() - end_session.since;
    recent     CONSTANT timestamptz := statement_timestamp() - interval '30 seconds';
    ended_here CONSTANT boolean := @schema@.revoke_session(end_session.session_id, end_session.user_id);
BEGIN
    SELECT ended_here OR coalesce(s.revoked_at >= start, false), coalesce(s.revoked_at >= recent, false)
      INTO end_session.was_live, end_session.just_ended
      FROM @schema@.session_tokens s
     WHERE s.session_id = end_session.session_id
       AND (end_session.user_id IS NULL OR s.user_id = end_session.user_id);
    end_session.was_live := coalesce(end_session.was_live, false);
    end_session.just_ended := coalesce(end_session.just_ended, false);
END
$$;

COMMENT ON FUNCTION @schema@.end_session(uuid, text, interval) IS
    'AuthFCGI, internal: ends the session with a public id everywhere; with user_id, only a session of that user. Returns whether it was live or was ended within "since" before the start of this statement, or since then; and whether it was revoked, by whomever, within 30 seconds.';


CREATE FUNCTION @schema@.end_sessions_of_user(user_id text, except_hash bytea, since interval) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'    -- as in end_session()
AS $$
DECLARE
    ended CONSTANT bigint := @schema@.revoke_user_sessions(end_sessions_of_user.user_id, end_sessions_of_user.except_hash);
BEGIN
    RETURN ended + @schema@.count_sessions_ended_since(end_sessions_of_user.user_id, end_sessions_of_user.since);
END
$$;

COMMENT ON FUNCTION @schema@.end_sessions_of_user(text, bytea, interval) IS
    'AuthFCGI, internal: like revoke_user_sessions(), but also counts the sessions that were ended within "since" before the start of this statement, or since then.';


CREATE FUNCTION @schema@.update_user_sessions(
    user_id  text,
    username text   DEFAULT NULL,
    groups   text[] DEFAULT NULL,
    name     text   DEFAULT NULL,
    email    text   DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    changed bigint;
BEGIN
    PERFORM @schema@.require_user_id(update_user_sessions.user_id);
    PERFORM @schema@.require_identity(update_user_sessions.username, update_user_sessions.groups, update_user_sessions.name,
                             update_user_sessions.email);
    PERFORM @schema@.require_read_committed('changing all sessions of a user', 'a new one keeps the old identity');

    -- The epoch first: a login that has read the old identity is refused, and a login
    -- that holds the row is waited for, so that its session is found. FOR UPDATE, because
    -- logins without a limit share the key.
    INSERT INTO @schema@.user_epochs (user_id) VALUES (update_user_sessions.user_id) ON CONFLICT DO NOTHING;
    PERFORM FROM @schema@.user_epochs u WHERE u.user_id = update_user_sessions.user_id FOR UPDATE;
    UPDATE @schema@.user_epochs u SET epoch = u.epoch + 1 WHERE u.user_id = update_user_sessions.user_id;

    -- A comparison with a parameter that is NULL is not true.
    UPDATE @schema@.live_sessions s
       SET username = coalesce(update_user_sessions.username, s.username),
           groups   = coalesce(update_user_sessions.groups, s.groups),
           name     = coalesce(update_user_sessions.name, s.name),
           email    = coalesce(update_user_sessions.email, s.email)
     WHERE s.user_id = update_user_sessions.user_id
       AND (s.username <> update_user_sessions.username
            OR s.groups OPERATOR(pg_catalog.<>) update_user_sessions.groups
            OR s.name <> update_user_sessions.name
            OR s.email <> update_user_sessions.email);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END
$$;

COMMENT ON FUNCTION @schema@.update_user_sessions(text, text, text[], text, text) IS
    'AuthFCGI: changes username, groups, name or email in the live sessions of a user, everywhere; NULL keeps a value. Refuses logins in progress, which may have read the old values. Returns the number of sessions changed. Needs READ COMMITTED.';


CREATE FUNCTION @schema@.rotate_session_key() RETURNS integer
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_generation integer;
BEGIN
    -- One rotation at a time; readers do not wait.
    LOCK TABLE @schema@.session_keys IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO @schema@.session_keys (generation, key)
    SELECT coalesce(max(k.generation), 0) + 1, @schema@.session_random_bytes() FROM @schema@.session_keys k
    RETURNING generation INTO new_generation;
    PERFORM @schema@.make_redis_seal_key(false);
    PERFORM @schema@.record_audit('key_rotate', NULL::text[], NULL::text[], NULL::uuid[], NULL::bigint);
    RETURN new_generation;
END
$$;

COMMENT ON FUNCTION @schema@.rotate_session_key() IS
    'AuthFCGI: adds a key for the tags of new tokens and returns its generation, and makes a new key for snapshots in Redis. Older keys of tokens stay, so that no session ends. Call it in its own transaction: the ten seconds that workers have to read the key begin at the call, not at the commit.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.session_token_hash(text),
    @schema@.require_user_id(text),
    @schema@.require_identity(text, text[], text, text),
    @schema@.session_idle_grace(interval),
    @schema@.create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval, integer, bytea, timestamptz, text[]),
    @schema@.create_access_token(text, text, text[], text, text, interval, text, timestamptz, text[]),
    @schema@.get_user_from_token_hash(bytea),
    @schema@.get_user_from_token(text),
    @schema@.revoke_access_token_hash(bytea),
    @schema@.revoke_access_token(text),
    @schema@.revoke_session(uuid, text),
    @schema@.revoke_user_sessions(text, bytea),
    @schema@.revoke_all_sessions(),
    @schema@.count_sessions_ended_since(text, interval),
    @schema@.end_session_of_token(bytea, interval),
    @schema@.end_session(uuid, text, interval),
    @schema@.end_sessions_of_user(text, bytea, interval),
    @schema@.update_user_sessions(text, text, text[], text, text),
    @schema@.rotate_session_key()
FROM PUBLIC;
