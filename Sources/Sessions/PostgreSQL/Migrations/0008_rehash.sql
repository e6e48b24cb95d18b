-- A login may replace a password's hash by one of today's cost: the password stays, and
-- so do the user's sessions. And users of other programs' tables: a trigger that ends
-- their sessions as the one of authfcgi_users does.
--
-- As in the steps before: a bare name is a column, a parameter is written with the
-- name of its function; what takes any type is written with pg_catalog.

-- New here: the condition. Whoever may change a user can set authfcgi.rehashing as well;
-- they could as well write a hash whose password they know, and gain nothing by it.
DROP TRIGGER authfcgi_users_end_sessions_update ON authfcgi_users;

CREATE TRIGGER authfcgi_users_end_sessions_update AFTER UPDATE ON authfcgi_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    WHEN (current_setting('authfcgi.rehashing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION authfcgi_users_end_sessions();


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
END
$$;

COMMENT ON FUNCTION authfcgi_watch_users(regclass, name, name, text) IS
    'AuthFCGI: has the sessions of users of another program''s table end when a user is deleted, gets another password hash or is disabled, by triggers. disabled is an expression over the table''s columns. Django: SELECT authfcgi_watch_users(''auth_user'', ''id'', ''password'', ''NOT is_active''). Such a change needs a READ COMMITTED transaction then.';

-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION rehash_user(text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION authfcgi_watched_users_end_sessions() FROM PUBLIC;
REVOKE ALL ON FUNCTION authfcgi_unwatch_users(regclass) FROM PUBLIC;
REVOKE ALL ON FUNCTION authfcgi_watch_users(regclass, name, name, text) FROM PUBLIC;
