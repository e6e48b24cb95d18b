-- Who has ended a session or changed a user: a row for each statement and user, written in
-- the transaction of the change, whoever makes it. What clients do by way of a gate is in
-- the gate's log, and not here: gates end sessions at any rate.
--
-- Nothing may be kept from ending a session because it cannot be recorded. So a failure is
-- a warning, and a row waits for no lock longer than a moment.

CREATE TABLE @schema@.authfcgi_audit (
    number      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action      text        NOT NULL,
    user_id     text,
    username    text,
    users       bigint,
    session_ids uuid[]      NOT NULL DEFAULT '{}',
    sessions    bigint,
    author      text,
    role        text        NOT NULL DEFAULT session_user,
    application text        NOT NULL DEFAULT current_setting('application_name'),
    client      inet        DEFAULT pg_catalog.inet_client_addr()
);

-- For removing the oldest rows of an action.
CREATE INDEX authfcgi_audit_action_idx ON @schema@.authfcgi_audit (action, number);

COMMENT ON TABLE @schema@.authfcgi_audit IS
    'AuthFCGI: changes by commands and SQL, for "authfcgi audit". Rows are kept for 90 days, and of each action the last 100,000. What clients do by way of a gate is in its log, and here only the use of a link for a new password.';
COMMENT ON COLUMN @schema@.authfcgi_audit.action IS
    'As "event" in the log: session_revoke (session_end, if SQL has ended a single one), session_refresh, session_create (commands only), user_add, user_change, user_password, user_reset (a link for a new password), password_reset (its use), user_disable, user_enable, user_delete, key_rotate (a new key for tokens).';
COMMENT ON COLUMN @schema@.authfcgi_audit.user_id IS
    'The user concerned, by id, and in username by name; NULL for several.';
COMMENT ON COLUMN @schema@.authfcgi_audit.users IS
    'The number of users concerned, where all their sessions end counted up to 1001; NULL for everybody.';
COMMENT ON COLUMN @schema@.authfcgi_audit.session_ids IS
    'The public ids of the sessions, at most 20. None for the end of all sessions of a user.';
COMMENT ON COLUMN @schema@.authfcgi_audit.sessions IS
    'The number of sessions; NULL where it was not counted.';
COMMENT ON COLUMN @schema@.authfcgi_audit.author IS
    'The command of authfcgi, with the user of the system who ran it, as the command says; "a link" for whoever has used one for a new password; NULL for SQL of others.';
COMMENT ON COLUMN @schema@.authfcgi_audit.role IS
    'The role that had signed in to PostgreSQL.';


-- A worker says that it is one. That counts only for a role that may read the keys of
-- tokens, for which there is nothing to gain.
CREATE FUNCTION @schema@.is_audited() RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN current_setting('authfcgi.author', true) IS DISTINCT FROM 'gate'
        OR NOT has_table_privilege(session_user, $name$@schema@.session_keys$name$::text, 'SELECT'::text);
END
$$;

COMMENT ON FUNCTION @schema@.is_audited() IS
    'AuthFCGI, internal: returns whether changes by this connection are recorded: false for a worker of a gate.';


CREATE FUNCTION @schema@.record_audit(
    action      text,
    user_ids    text[],
    usernames   text[],
    session_ids uuid[],
    sessions    bigint
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '100ms'
SET enable_seqscan = off    -- names are found by indexes
SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
    rows_at_most CONSTANT integer := 100;
    ids_at_most  CONSTANT integer := 20;
    author       CONSTANT text := left(nullif(current_setting('authfcgi.author', true), ''), 256);
    users        bigint;
BEGIN
    IF NOT @schema@.is_audited() THEN
        RETURN;
    END IF;
    users := (SELECT count(DISTINCT u.id) FROM pg_catalog.unnest(record_audit.user_ids) AS u (id));
    IF record_audit.user_ids IS NULL OR users > rows_at_most THEN
        INSERT INTO @schema@.authfcgi_audit (action, users, sessions, author)
        VALUES (record_audit.action, CASE WHEN record_audit.user_ids IS NOT NULL THEN users END, record_audit.sessions,
                author);
        RETURN;
    END IF;
    INSERT INTO @schema@.authfcgi_audit (action, user_id, username, users, session_ids, sessions, author)
    SELECT record_audit.action, e.user_id,
           coalesce(max(e.username),
                    (SELECT u.username FROM @schema@.authfcgi_users u WHERE u.id = e.user_id),
                    (SELECT s.username FROM @schema@.session_tokens s
                      WHERE s.user_id = e.user_id AND s.revoked_at IS NULL
                      ORDER BY s.created_at DESC, s.session_id LIMIT 1)),
           1, coalesce((pg_catalog.array_agg(e.session_id) FILTER (WHERE e.session_id IS NOT NULL))[:ids_at_most], '{}'),
           CASE WHEN record_audit.session_ids IS NOT NULL THEN count(e.session_id)
                WHEN users = 1 THEN record_audit.sessions END,
           author
      FROM ROWS FROM (pg_catalog.unnest(record_audit.user_ids), pg_catalog.unnest(record_audit.usernames),
                      pg_catalog.unnest(record_audit.session_ids)) AS e (user_id, username, session_id)
     GROUP BY e.user_id;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'authfcgi_audit has no record of this change (%): %', record_audit.action, SQLERRM;
END
$$;

COMMENT ON FUNCTION @schema@.record_audit(text, text[], text[], uuid[], bigint) IS
    'AuthFCGI, internal: records a change that concerns these users and sessions, and never fails. user_ids NULL means everybody. Names that are not given are looked up.';


-- Commands record what no trigger sees.
CREATE FUNCTION @schema@.record_command(action text, user_id text, username text, session_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @schema@.record_audit(
        record_command.action, ARRAY[record_command.user_id], ARRAY[record_command.username],
        CASE WHEN record_command.session_id IS NOT NULL THEN ARRAY[record_command.session_id] END, NULL::bigint);
END
$$;

COMMENT ON FUNCTION @schema@.record_command(text, text, text, uuid) IS
    'AuthFCGI, internal: records what a command has done to one user.';


-- SECURITY DEFINER: a role that may change users need not be able to write, or to read,
-- what is recorded of it.
CREATE FUNCTION @schema@.authfcgi_users_audit() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off    -- as in session_tokens_announce()
SET jit = off                -- the cost of a nested loop that is off would call for it
AS $$
DECLARE
    change record;
BEGIN
    IF NOT @schema@.is_audited() THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT 'user_add' AS action, array_agg(c.id) AS ids, array_agg(c.username) AS names INTO change
          FROM new_rows c;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT 'user_delete' AS action, array_agg(c.id) AS ids, array_agg(c.username) AS names INTO change
          FROM old_rows c;
    ELSIF TG_OP = 'TRUNCATE' THEN
        SELECT 'user_delete' AS action, array_agg(c.id) AS ids, array_agg(c.username) AS names INTO change
          FROM @schema@.authfcgi_users c;
    ELSE
        FOR change IN
            SELECT c.action, array_agg(c.id) AS ids, array_agg(c.username) AS names
              FROM (SELECT a.action, o.id, o.username
                      FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id
                     CROSS JOIN LATERAL (VALUES
                           ('user_disable', n.disabled AND NOT o.disabled),
                           ('user_enable', o.disabled AND NOT n.disabled),
                           ('user_password', n.password_hash <> o.password_hash),
                           ('user_change', n.id IS NULL OR n.username COLLATE "C" <> o.username COLLATE "C"
                               OR n.name <> o.name OR n.email <> o.email OR n.groups OPERATOR(pg_catalog.<>) o.groups))
                           AS a (action, is_made)
                     WHERE a.is_made) c
             GROUP BY c.action
             ORDER BY c.action
        LOOP
            PERFORM @schema@.record_audit(change.action, change.ids, change.names, NULL::uuid[], NULL::bigint);
        END LOOP;
        RETURN NULL;
    END IF;
    IF change.ids IS NOT NULL THEN
        PERFORM @schema@.record_audit(change.action, change.ids, change.names, NULL::uuid[], NULL::bigint);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_users_audit() IS
    'AuthFCGI: records which users a statement adds, changes or deletes.';

CREATE TRIGGER authfcgi_users_audit_insert AFTER INSERT ON @schema@.authfcgi_users
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_audit();

CREATE TRIGGER authfcgi_users_audit_update AFTER UPDATE ON @schema@.authfcgi_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_audit();

CREATE TRIGGER authfcgi_users_audit_delete AFTER DELETE ON @schema@.authfcgi_users
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_audit();

-- BEFORE, because the users can no longer be read afterwards.
CREATE TRIGGER authfcgi_users_audit_truncate BEFORE TRUNCATE ON @schema@.authfcgi_users
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_audit();

ALTER TABLE @schema@.authfcgi_users
    ENABLE ALWAYS TRIGGER authfcgi_users_audit_insert,
    ENABLE ALWAYS TRIGGER authfcgi_users_audit_update,
    ENABLE ALWAYS TRIGGER authfcgi_users_audit_delete,
    ENABLE ALWAYS TRIGGER authfcgi_users_audit_truncate;


-- Reads only the oldest rows of each action, and the index of the others.
CREATE FUNCTION @schema@.remove_old_audit(most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    kept    CONSTANT integer := 100000;
    lasting CONSTANT interval := '90 days';
    name    text := '';
    count   bigint;
    removed bigint := 0;
BEGIN
    IF remove_old_audit.most IS NULL THEN
        RAISE EXCEPTION 'most must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    LOOP
        name := (SELECT a.action FROM @schema@.authfcgi_audit a WHERE a.action > name ORDER BY a.action, a.number LIMIT 1);
        EXIT WHEN name IS NULL OR removed >= remove_old_audit.most;
        DELETE FROM @schema@.authfcgi_audit a
         WHERE a.number = ANY (ARRAY(
                   SELECT o.number
                     FROM (SELECT c.number, c.happened_at FROM @schema@.authfcgi_audit c
                            WHERE c.action = name ORDER BY c.number LIMIT remove_old_audit.most - removed) o
                    WHERE o.happened_at < statement_timestamp() - lasting
                       OR o.number <= (SELECT c.number FROM @schema@.authfcgi_audit c
                                        WHERE c.action = name ORDER BY c.number DESC OFFSET kept LIMIT 1)));
        GET DIAGNOSTICS count = ROW_COUNT;
        removed := removed + count;
    END LOOP;
    RETURN removed;
END
$$;

COMMENT ON FUNCTION @schema@.remove_old_audit(integer) IS
    'AuthFCGI, internal: deletes at most "most" of the oldest rows of authfcgi_audit that are older than 90 days or, of their action, not among the last 100,000. Returns their number.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.is_audited(),
    @schema@.record_audit(text, text[], text[], uuid[], bigint),
    @schema@.record_command(text, text, text, uuid),
    @schema@.authfcgi_users_audit(),
    @schema@.remove_old_audit(integer)
FROM PUBLIC;
