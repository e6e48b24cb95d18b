-- What a login, and any application in any language, calls to make, check and end
-- sessions. SECURITY DEFINER, so that a caller needs no rights on the tables.
--
-- Parameters keep the names of the columns they are about, for callers that write
-- create_access_token(user_id => ...). Inside, a bare name is a column and a
-- parameter is written with the name of its function.

CREATE FUNCTION session_token_hash(token text) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT sha256(convert_to(session_token_hash.token, 'UTF8'))
$$;

COMMENT ON FUNCTION session_token_hash(text) IS
    'AuthFCGI: the token_hash under which a token''s session is stored.';


-- 32 random bytes. gen_random_uuid() draws on the server's strong random source and
-- needs no extension; it gives 122 random bits a call.
CREATE FUNCTION session_random_bytes() RETURNS bytea
LANGUAGE sql VOLATILE
SET search_path FROM CURRENT
AS $$
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
               || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

COMMENT ON FUNCTION session_random_bytes() IS 'AuthFCGI, internal: 32 random bytes.';


-- The one way in which a session begins: logins at the worker and
-- create_access_token() come through here.
CREATE FUNCTION create_session(
    token_hash   bytea,
    user_id      text,
    username     text,
    groups       text[],
    name         text,
    email        text,
    lifetime     interval,
    client_ip    inet,
    user_agent   text,
    label        text,
    epoch        bigint,
    idle_timeout interval DEFAULT NULL
) RETURNS TABLE (session_id uuid, created_at timestamptz, expires_at timestamptz)
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
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
    END IF;

    SELECT * INTO settings FROM session_settings;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session_settings has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'INSERT INTO session_settings DEFAULT VALUES;';
    END IF;

    -- Revoking all sessions of this user changes the same row: we wait for one that
    -- is under way, and it waits for us and then finds our session.
    INSERT INTO session_users (user_id) VALUES (create_session.user_id) ON CONFLICT DO NOTHING;
    SELECT u.epoch INTO STRICT current_epoch
      FROM session_users u WHERE u.user_id = create_session.user_id FOR SHARE;
    IF current_epoch <> create_session.epoch THEN
        RETURN;     -- what the login checked was revoked meanwhile: no session, no row
    END IF;

    -- The shorter interval first, lest a huge one leave the range of timestamps;
    -- then again as points in time, as a month may be more than 30 days.
    absolute_end := least(start + least(coalesce(create_session.lifetime, settings.default_lifetime),
                                        settings.maximum_lifetime),
                          start + settings.maximum_lifetime);
    idle_end := least(start + least(create_session.idle_timeout, settings.maximum_lifetime),
                      absolute_end);

    RETURN QUERY
    INSERT INTO session_tokens AS s
           (token_hash, user_id, username, groups, name, email,
            created_at, last_seen_at, expires_at, absolute_expires_at,
            client_ip, user_agent, label)
    VALUES (create_session.token_hash, create_session.user_id,
            coalesce(create_session.username, ''), coalesce(create_session.groups, '{}'),
            coalesce(create_session.name, ''), coalesce(create_session.email, ''),
            start AT TIME ZONE 'UTC', start AT TIME ZONE 'UTC',
            idle_end AT TIME ZONE 'UTC', absolute_end AT TIME ZONE 'UTC',
            create_session.client_ip, create_session.user_agent, create_session.label)
    RETURNING s.session_id, s.created_at, s.expires_at;
END
$$;

COMMENT ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval) IS
    'AuthFCGI, internal: begins a session under the hash of its token. lifetime NULL means the default of session_settings; its maximum always holds. With idle_timeout the session ends earlier unless it is used. Returns no row if epoch is given and is not that of the user any more.';


CREATE FUNCTION create_access_token(
    user_id  text,
    username text     DEFAULT NULL,
    groups   text[]   DEFAULT '{}',
    name     text     DEFAULT '',
    email    text     DEFAULT '',
    lifetime interval DEFAULT NULL,
    label    text     DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    tag_key bytea;
    random  bytea := session_random_bytes();
    token   text;
BEGIN
    -- A key younger than this may not have reached every worker yet.
    SELECT k.key INTO tag_key
      FROM session_keys k
     WHERE k.created_at <= statement_timestamp() - interval '10 seconds'
     ORDER BY k.generation DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT k.key INTO tag_key FROM session_keys k ORDER BY k.generation LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session_keys has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT rotate_session_key();';
    END IF;

    -- 40 bytes: 54 digits without padding, 58 characters in all.
    token := 'afs_' || translate(
        encode(random || substr(sha256(tag_key || random), 1, 8), 'base64'), '+/=', '-_');

    PERFORM create_session(
        token_hash => session_token_hash(token),
        user_id    => create_access_token.user_id,
        username   => coalesce(create_access_token.username, create_access_token.user_id),
        groups     => create_access_token.groups,
        name       => create_access_token.name,
        email      => create_access_token.email,
        lifetime   => create_access_token.lifetime,
        client_ip  => NULL::inet,
        user_agent => NULL::text,
        label      => create_access_token.label,
        epoch      => NULL::bigint);
    RETURN token;
END
$$;

COMMENT ON FUNCTION create_access_token(text, text, text[], text, text, interval, text) IS
    'AuthFCGI: begins a session for a user whom the caller has authenticated, and returns its token. It is shown this once: only its hash is stored. The session counts from the commit on. username defaults to user_id, lifetime to session_settings.default_lifetime.';


CREATE FUNCTION get_user_from_token_hash(token_hash bytea) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    RETURN (SELECT s.user_id
              FROM session_tokens s
             WHERE s.token_hash = get_user_from_token_hash.token_hash
               AND s.expires_at > statement_timestamp()
               AND s.revoked_at IS NULL);
END
$$;

COMMENT ON FUNCTION get_user_from_token_hash(bytea) IS
    'AuthFCGI: as get_user_from_token(), for callers that keep only session_token_hash(token).';


CREATE FUNCTION get_user_from_token(token text) RETURNS text
LANGUAGE plpgsql STABLE STRICT
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN get_user_from_token_hash(session_token_hash(get_user_from_token.token));
END
$$;

COMMENT ON FUNCTION get_user_from_token(text) IS
    'AuthFCGI: the user_id of the live session that this token belongs to, NULL if there is none (no token, unknown, expired, revoked).';


CREATE FUNCTION revoke_access_token_hash(token_hash bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    IF revoke_access_token_hash.token_hash IS NULL THEN
        RAISE EXCEPTION 'token_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- expires_at becomes now(), the begin of this transaction, so that
    -- "expires_at > now()" is false at once, here too.
    UPDATE session_tokens s
       SET revoked_at = statement_timestamp(), expires_at = now()
     WHERE s.token_hash = revoke_access_token_hash.token_hash
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp();
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION revoke_access_token_hash(bytea) IS
    'AuthFCGI: as revoke_access_token(), for callers that keep only session_token_hash(token).';


CREATE FUNCTION revoke_access_token(token text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF revoke_access_token.token IS NULL THEN
        RAISE EXCEPTION 'token must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    RETURN revoke_access_token_hash(session_token_hash(revoke_access_token.token));
END
$$;

COMMENT ON FUNCTION revoke_access_token(text) IS
    'AuthFCGI: ends the session of this token everywhere. True if it was live, false if there was nothing to end.';


CREATE FUNCTION revoke_user_sessions(user_id text, except_hash bytea DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF revoke_user_sessions.user_id IS NULL THEN
        RAISE EXCEPTION 'user_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF octet_length(revoke_user_sessions.user_id) NOT BETWEEN 1 AND 255 THEN
        RAISE EXCEPTION 'user_id must have 1 to 255 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN end_user_sessions(ARRAY[revoke_user_sessions.user_id], revoke_user_sessions.except_hash);
END
$$;

COMMENT ON FUNCTION revoke_user_sessions(text, bytea) IS
    'AuthFCGI: ends all sessions of a user everywhere, except the one under except_hash, and voids logins that are under way. Returns how many it ended. Needs READ COMMITTED.';


CREATE FUNCTION rotate_session_key() RETURNS integer
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    new_generation integer;
BEGIN
    -- One at a time; readers go on.
    LOCK TABLE session_keys IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO session_keys (generation, key)
    SELECT coalesce(max(k.generation), 0) + 1, session_random_bytes() FROM session_keys k
    RETURNING generation INTO new_generation;
    RETURN new_generation;
END
$$;

COMMENT ON FUNCTION rotate_session_key() IS
    'AuthFCGI: adds a key for the tags of new tokens and returns its generation. Older keys stay, so that no session ends. Call it in a transaction of its own: the ten seconds that workers have to read the key count from the call, not from the commit.';


-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION session_token_hash(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION session_random_bytes() FROM PUBLIC;
REVOKE ALL ON FUNCTION create_session(bytea, text, text, text[], text, text, interval, inet, text, text, bigint, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION create_access_token(text, text, text[], text, text, interval, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION get_user_from_token(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION get_user_from_token_hash(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION revoke_access_token(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION revoke_access_token_hash(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION revoke_user_sessions(text, bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION rotate_session_key() FROM PUBLIC;
