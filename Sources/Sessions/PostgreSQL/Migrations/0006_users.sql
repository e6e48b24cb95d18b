-- Changes of users: a password change by one of the gate's own users, the replacement of
-- an outdated password hash at a login, and triggers on another application's table that
-- end its users' sessions as the triggers of authfcgi_users do.

-- All sessions of the user end, as at every change of the password hash, except the one
-- that requested it.
CREATE FUNCTION @schema@.change_user_password(
    user_id   text,
    old_hash  text,
    new_hash  text,
    kept_hash bytea,
    since     interval DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'    -- as in end_session()
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
    -- Checked here too, because rows are read below before end_user_sessions() checks it.
    PERFORM @schema@.require_read_committed('changing a password', 'the session that stays may have ended');

    -- The user's row before the epoch, as in every UPDATE of authfcgi_users, against
    -- deadlock.
    SELECT u.password_hash INTO current_hash
      FROM @schema@.authfcgi_users u
     WHERE u.id = change_user_password.user_id AND NOT u.disabled
       FOR NO KEY UPDATE;
    IF current_hash = change_user_password.new_hash THEN
        -- Done already: a repetition after a lost answer, "since" after the first sending.
        RETURN @schema@.count_sessions_ended_since(change_user_password.user_id, change_user_password.since);
    ELSIF current_hash IS DISTINCT FROM change_user_password.old_hash THEN
        RETURN NULL;    -- the verified password is no longer the user's
    END IF;
    -- Makes logins and revocations of all the user's sessions wait.
    INSERT INTO @schema@.user_epochs (user_id) VALUES (change_user_password.user_id) ON CONFLICT DO NOTHING;
    PERFORM FROM @schema@.user_epochs u WHERE u.user_id = change_user_password.user_id FOR NO KEY UPDATE;
    -- A session that has ended meanwhile may not change the password. Without a lock: a
    -- concurrent revocation of this session counts as later, and waiting could deadlock.
    PERFORM FROM @schema@.live_sessions s
      WHERE s.token_hash = change_user_password.kept_hash
        AND s.user_id = change_user_password.user_id;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    ended := @schema@.end_user_sessions(ARRAY[change_user_password.user_id], change_user_password.kept_hash, true);
    -- The trigger would end the kept session too.
    PERFORM pg_catalog.set_config('authfcgi.rehashing', 'on', true);
    UPDATE @schema@.authfcgi_users u
       SET password_hash = change_user_password.new_hash, updated_at = statement_timestamp()
     WHERE u.id = change_user_password.user_id;
    PERFORM pg_catalog.set_config('authfcgi.rehashing', '', true);
    -- As the trigger does: see authfcgi_users_end_sessions().
    DELETE FROM @schema@.authfcgi_password_resets r WHERE r.user_id = change_user_password.user_id;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION @schema@.change_user_password(text, text, text, bytea, interval) IS
    'AuthFCGI, internal: replaces a user''s password hash old_hash by new_hash, ends all sessions of the user except the one with the token hash kept_hash, and refuses logins in progress. Returns the number of sessions ended; NULL, with nothing changed, if the user has another hash, is disabled or does not exist, or that session is not live. Harmless to repeat: with "since", the time since the first sending, returns the number that this has ended. Needs READ COMMITTED.';


-- The password stays the same, so the user's sessions stay.
CREATE FUNCTION @schema@.rehash_user(user_id text, old_hash text, new_hash text) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changed bigint;
BEGIN
    PERFORM set_config('authfcgi.rehashing', 'on', true);
    -- Unless the password was changed after the login read its hash.
    UPDATE @schema@.authfcgi_users u
       SET password_hash = rehash_user.new_hash, updated_at = statement_timestamp()
     WHERE u.id = rehash_user.user_id AND u.password_hash = rehash_user.old_hash;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('authfcgi.rehashing', '', true);
    RETURN changed = 1;
END
$$;

COMMENT ON FUNCTION @schema@.rehash_user(text, text, text) IS
    'AuthFCGI, internal: writes a new hash of the same password; the user''s sessions stay.';


-- Two triggers on another application's table of users do in turn what one cannot. The
-- first evaluates expressions over that table, so it runs as whoever changes the table:
-- the table's owner decides what a cast or a policy of it executes, and must not decide it
-- for the gate. The second ends sessions with the gate's rights, whatever rights on
-- sessions the application has, and is given ids alone.
--
-- The ids go from one to the other in the setting authfcgi.changed_users. To set it to
-- others gives no power: the first trigger sets it anew, directly before the second. Only
-- the table's owner can change that, and can end any session with it.

CREATE FUNCTION @schema@.authfcgi_watched_users_find() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
-- A policy that would hide users makes TRUNCATE fail, instead of keeping their sessions.
SET row_security = off
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    id_column   CONSTANT text := TG_ARGV[0];
    hash_column CONSTANT text := TG_ARGV[1];
    disabled    CONSTANT text := TG_ARGV[2];
    ids         text[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('SELECT array_agg(u.%I::text) FROM %s u', id_column, TG_RELID::regclass) INTO ids;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format('SELECT array_agg(o.%I::text) FROM old_rows o', id_column) INTO ids;
    ELSE
        EXECUTE format(
            'SELECT array_agg(o.%1$I::text)'
            '  FROM old_rows o LEFT JOIN new_rows n ON n.%1$I::text = o.%1$I::text'
            ' WHERE n.%1$I IS NULL'
            '    OR n.%2$I::text IS DISTINCT FROM o.%2$I::text'
            '    OR ((SELECT (%3$s) IS TRUE FROM (SELECT n.*) u) AND NOT (SELECT (%3$s) IS TRUE FROM (SELECT o.*) u))',
            id_column, hash_column, disabled) INTO ids;
    END IF;
    PERFORM set_config('authfcgi.changed_users', coalesce(ids::text, ''), true);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_watched_users_find() IS
    'AuthFCGI, internal: finds the users whom a statement deletes or disables, or whose password hash or id it changes, for authfcgi_watched_users_end_sessions(). Runs with the rights of the role that changes the table. See authfcgi_watch_users().';


-- SECURITY DEFINER: the application that changes its users needs no rights on sessions.
-- PUBLIC may not execute the function, so nobody else can create a trigger with it.
CREATE FUNCTION @schema@.authfcgi_watched_users_end_sessions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    changed CONSTANT text := current_setting('authfcgi.changed_users', true);
    ids     text[];
BEGIN
    IF changed <> '' THEN
        PERFORM set_config('authfcgi.changed_users', '', true);
        -- An id that no session can have must not make the statement fail.
        SELECT array_agg(i.id) INTO ids
          FROM unnest(changed::text[]) AS i (id) WHERE octet_length(i.id) BETWEEN 1 AND 255;
        -- Nothing else records the change of these users.
        PERFORM set_config('authfcgi.audited', '', true);
        PERFORM @schema@.end_user_sessions(ids, NULL::bytea, false);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_watched_users_end_sessions() IS
    'AuthFCGI, internal: ends the sessions of the users that authfcgi_watched_users_find() has found. Evaluates nothing of their table. See authfcgi_watch_users().';


CREATE FUNCTION @schema@.authfcgi_unwatch_users(users regclass) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    trigger_name name;
BEGIN
    FOR trigger_name IN
        SELECT t.tgname FROM pg_trigger t
         WHERE t.tgrelid = authfcgi_unwatch_users.users
           AND t.tgname IN ('authfcgi_watch_update', 'authfcgi_watch_update_end',
                            'authfcgi_watch_delete', 'authfcgi_watch_delete_end',
                            'authfcgi_watch_truncate', 'authfcgi_watch_truncate_end')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger_name, authfcgi_unwatch_users.users);
    END LOOP;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_unwatch_users(regclass) IS
    'AuthFCGI: removes the triggers of authfcgi_watch_users() from a table.';


CREATE FUNCTION @schema@.authfcgi_watch_users(
    users       regclass,
    id_column   name,
    hash_column name,
    disabled    text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    condition CONSTANT text := coalesce(authfcgi_watch_users.disabled, 'false');
    rehashing CONSTANT text := 'pg_catalog.current_setting(''authfcgi.rehashing'', true) IS DISTINCT FROM ''on''';
    home      CONSTANT text := $schema$@schema@$schema$;
    event     text;
    moment    text;
    first     name;
    second    name;
BEGIN
    -- A missing column is an error now, not at the first change of a password. PREPARE
    -- only parses: no policy of the table runs as the role that calls this function.
    EXECUTE format('PREPARE authfcgi_watch_users AS SELECT u.%I::text, u.%I::text FROM %s u WHERE (%s) IS TRUE',
                   id_column, hash_column, users, condition);
    EXECUTE 'DEALLOCATE authfcgi_watch_users';
    PERFORM @schema@.authfcgi_unwatch_users(users);
    FOREACH event IN ARRAY ARRAY['update', 'delete', 'truncate'] LOOP
        moment := CASE event
            WHEN 'update' THEN format('AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
                                      ' FOR EACH STATEMENT WHEN (%s)', users, rehashing)
            WHEN 'delete' THEN format('AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT', users)
            -- BEFORE, because the users can no longer be read afterwards.
            ELSE format('BEFORE TRUNCATE ON %s FOR EACH STATEMENT', users) END;
        -- The triggers of an event run in the order of their names.
        first := 'authfcgi_watch_' || event;
        second := first || '_end';
        EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION %s.authfcgi_watched_users_find(%L, %L, %L)',
                       first, moment, home, id_column, hash_column, condition);
        EXECUTE format('CREATE TRIGGER %I %s EXECUTE FUNCTION %s.authfcgi_watched_users_end_sessions()',
                       second, moment, home);
        -- ENABLE ALWAYS, like the triggers of our own tables.
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I, ENABLE ALWAYS TRIGGER %I', users, first, second);
    END LOOP;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_watch_users(regclass, name, name, text) IS
    'AuthFCGI: creates triggers on another application''s table of users. They end the sessions of a user who is deleted or disabled, or whose password hash changes. disabled is an expression over the table''s columns, evaluated with the rights of the role that changes the table; names in it that are not PostgreSQL''s own need their schema. Django: SELECT authfcgi_watch_users(''auth_user'', ''id'', ''password'', ''NOT is_active''). Such changes then need READ COMMITTED transactions, and TRUNCATE the right to read all users. The table''s owner, who can change the triggers, can end any session with them.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.change_user_password(text, text, text, bytea, interval),
    @schema@.rehash_user(text, text, text),
    @schema@.authfcgi_watched_users_find(),
    @schema@.authfcgi_watched_users_end_sessions(),
    @schema@.authfcgi_unwatch_users(regclass),
    @schema@.authfcgi_watch_users(regclass, name, name, text)
FROM PUBLIC;
