-- What happens to users: one of the gate's own changes the password, a login replaces a
-- password's hash by one of today's cost, and a trigger on the table of another program
-- ends its users' sessions as the one of authfcgi_users does.

-- All of the user's sessions end, as with every other password hash, but for the one
-- that asked for it.
CREATE FUNCTION change_user_password(
    user_id   text,
    old_hash  text,
    new_hash  text,
    kept_hash bytea
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    current_hash text;
    ended        bigint;
BEGIN
    IF change_user_password.user_id IS NULL OR change_user_password.old_hash IS NULL
       OR change_user_password.new_hash IS NULL OR change_user_password.kept_hash IS NULL THEN
        RAISE EXCEPTION 'user_id, old_hash, new_hash and kept_hash must not be null'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- end_user_sessions() looks too late: what is read before it has to be as new.
    PERFORM require_read_committed('changing a password', 'would survive');

    -- The user before the epoch, as every UPDATE of authfcgi_users has it: against deadlock.
    SELECT u.password_hash INTO current_hash
      FROM authfcgi_users u
     WHERE u.id = change_user_password.user_id AND NOT u.disabled
       FOR NO KEY UPDATE;
    IF current_hash = change_user_password.new_hash THEN
        RETURN 0;       -- done before: the answer was lost, and the call came again
    ELSIF current_hash IS DISTINCT FROM change_user_password.old_hash THEN
        RETURN NULL;    -- the password that was checked is not the user's any more
    END IF;
    -- Holds up logins, and whoever ends all sessions of the user.
    INSERT INTO user_epochs (user_id) VALUES (change_user_password.user_id) ON CONFLICT DO NOTHING;
    PERFORM FROM user_epochs u WHERE u.user_id = change_user_password.user_id FOR NO KEY UPDATE;
    -- Who was signed out meanwhile changes nothing. No lock: who ends this session at this
    -- moment comes after us, and waiting for others' sessions in turn could deadlock.
    PERFORM FROM live_sessions s
      WHERE s.token_hash = change_user_password.kept_hash
        AND s.user_id = change_user_password.user_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT count(*) INTO ended
      FROM live_sessions s
     WHERE s.user_id = change_user_password.user_id
       AND s.token_hash <> change_user_password.kept_hash;
    UPDATE user_epochs u SET kept_hash = change_user_password.kept_hash
     WHERE u.user_id = change_user_password.user_id;
    UPDATE authfcgi_users u
       SET password_hash = change_user_password.new_hash, updated_at = statement_timestamp()
     WHERE u.id = change_user_password.user_id;
    UPDATE user_epochs u SET kept_hash = NULL
     WHERE u.user_id = change_user_password.user_id;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION change_user_password(text, text, text, bytea) IS
    'AuthFCGI, internal: gives a user whose password hash is old_hash the new one, and ends all of the user''s sessions but the one under kept_hash; voids logins that are under way. Returns how many it ended; NULL, and changes nothing, if the user has another hash by now, is disabled or gone, or that session is not live. Harmless to repeat. Needs READ COMMITTED.';


-- The password stays, and so do the user's sessions.
CREATE FUNCTION rehash_user(user_id text, old_hash text, new_hash text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path FROM CURRENT
AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM set_config('authfcgi.rehashing', 'on', true);
    -- Not a password that was changed since the login read it.
    UPDATE authfcgi_users u
       SET password_hash = rehash_user.new_hash, updated_at = statement_timestamp()
     WHERE u.id = rehash_user.user_id AND u.password_hash = rehash_user.old_hash;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('authfcgi.rehashing', '', true);
    RETURN changed = 1;
END
$$;

COMMENT ON FUNCTION rehash_user(text, text, text) IS
    'AuthFCGI, internal: writes another hash of the same password; the user''s sessions go on.';


-- SECURITY DEFINER: the program that changes its users need not have rights on the
-- sessions. PUBLIC may not execute it, so nobody else can hang it on a table.
CREATE FUNCTION authfcgi_watched_users_end_sessions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    id_column   CONSTANT text := TG_ARGV[0];
    hash_column CONSTANT text := TG_ARGV[1];
    disabled    CONSTANT text := TG_ARGV[2];
    ids         text[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT pg_catalog.array_agg(u.%I::text) FROM %s u', id_column, TG_RELID::regclass) INTO ids;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format('SELECT pg_catalog.array_agg(o.%I::text) FROM old_rows o', id_column) INTO ids;
    ELSE
        EXECUTE format(
            'SELECT pg_catalog.array_agg(o.%1$I::text)'
            '  FROM old_rows o LEFT JOIN new_rows n ON n.%1$I = o.%1$I'
            ' WHERE n.%1$I IS NULL'
            '    OR n.%2$I IS DISTINCT FROM o.%2$I'
            '    OR ((SELECT (%3$s) IS TRUE FROM (SELECT n.*) u) AND NOT (SELECT (%3$s) IS TRUE FROM (SELECT o.*) u))',
            id_column, hash_column, disabled) INTO ids;
    END IF;
    -- An id that no session can have must not stop the statement.
    SELECT pg_catalog.array_agg(i.id) INTO ids
      FROM pg_catalog.unnest(ids) AS i (id) WHERE octet_length(i.id) BETWEEN 1 AND 255;
    PERFORM end_user_sessions(ids, NULL::bytea);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION authfcgi_watched_users_end_sessions() IS
    'AuthFCGI, internal: ends the sessions of users that a statement deletes, disables or gives another password hash or id. See authfcgi_watch_users().';


CREATE FUNCTION authfcgi_unwatch_users(users regclass) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path FROM CURRENT
AS $$
DECLARE
    event text;
BEGIN
    FOREACH event IN ARRAY ARRAY['update', 'delete', 'truncate'] LOOP
        IF EXISTS (SELECT FROM pg_catalog.pg_trigger t
                    WHERE t.tgrelid = authfcgi_unwatch_users.users AND t.tgname = 'authfcgi_watch_' || event) THEN
            EXECUTE format('DROP TRIGGER %I ON %s', 'authfcgi_watch_' || event, authfcgi_unwatch_users.users);
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION authfcgi_unwatch_users(regclass) IS
    'AuthFCGI: takes away what authfcgi_watch_users() has put on a table.';


CREATE FUNCTION authfcgi_watch_users(
    users       regclass,
    id_column   name,
    hash_column name,
    disabled    text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path FROM CURRENT
AS $$
DECLARE
    condition CONSTANT text := coalesce(authfcgi_watch_users.disabled, 'false');
    rehashing CONSTANT text := 'pg_catalog.current_setting(''authfcgi.rehashing'', true) IS DISTINCT FROM ''on''';
    call      CONSTANT text := format('EXECUTE FUNCTION %I.authfcgi_watched_users_end_sessions(%L, %L, %L)',
                                      current_schema(), id_column, hash_column, condition);
BEGIN
    -- What is not there is found now, and not by the first user who changes a password.
    EXECUTE format('SELECT u.%I::text, u.%I FROM %s u WHERE (%s) IS TRUE LIMIT 0',
                   id_column, hash_column, users, condition);
    PERFORM authfcgi_unwatch_users(users);
    EXECUTE format('CREATE TRIGGER authfcgi_watch_update AFTER UPDATE ON %s'
                   ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                   ' FOR EACH STATEMENT WHEN (%s) %s', users, rehashing, call);
    EXECUTE format('CREATE TRIGGER authfcgi_watch_delete AFTER DELETE ON %s'
                   ' REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT %s', users, call);
    -- Before, because afterwards nobody knows who was in it.
    EXECUTE format('CREATE TRIGGER authfcgi_watch_truncate BEFORE TRUNCATE ON %s'
                   ' FOR EACH STATEMENT %s', users, call);
    -- As those of our own tables.
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER authfcgi_watch_update,'
                   ' ENABLE ALWAYS TRIGGER authfcgi_watch_delete,'
                   ' ENABLE ALWAYS TRIGGER authfcgi_watch_truncate', users);
END
$$;

COMMENT ON FUNCTION authfcgi_watch_users(regclass, name, name, text) IS
    'AuthFCGI: has the sessions of users of another program''s table end when a user is deleted, gets another password hash or is disabled, by triggers. disabled is an expression over the table''s columns. Django: SELECT authfcgi_watch_users(''auth_user'', ''id'', ''password'', ''NOT is_active''). Such a change needs a READ COMMITTED transaction then.';


-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION
    change_user_password(text, text, text, bytea),
    rehash_user(text, text, text),
    authfcgi_watched_users_end_sessions(),
    authfcgi_unwatch_users(regclass),
    authfcgi_watch_users(regclass, name, name, text)
FROM PUBLIC;
