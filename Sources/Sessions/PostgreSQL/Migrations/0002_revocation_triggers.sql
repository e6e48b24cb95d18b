-- Every statement that ends a session notifies all workers in its transaction, including
-- an operator's UPDATE, DELETE or TRUNCATE. Workers listen on the channel
-- authfcgi_revoked. A payload never contains a token:
--     h:<hash>,<hash>,... these sessions have ended (SHA-256 of their tokens, in hex)
--     c:<hash>,<hash>,... these sessions are live, and their contents have changed
--     u:<user_id>         all sessions of this user until now
--     *                   all sessions until now
-- New sessions, touches and the removal of expired rows do not notify: notifications
-- serialize the commits of the whole server.
--
-- The triggers are ENABLE ALWAYS, so that changes by a tool that sets
-- session_replication_role to replica end sessions too.

CREATE FUNCTION session_tokens_announce() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- The plan is made once per connection, often for a statement of one row. A nested loop
-- kept from then would take hours for a statement of 100,000 rows.
SET enable_nestloop = off
AS $$
DECLARE
    hashes_a_payload CONSTANT integer := 100;   -- 6,501 bytes; the limit is 7,999
    hashes_at_most   CONSTANT integer := 1000;
    -- The number of sessions to announce, and whether one of them has ended.
    announced  bigint;
    has_ended  boolean;
    first_user text;
    last_user  text;
    hashes     text;    -- hashes_at_most at most, each of 64 digits, with commas between
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('authfcgi_revoked', '*');
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*), true, min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes
          FROM (SELECT o.token_hash, o.user_id, row_number() OVER () AS number
                  FROM old_rows o
                 WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()) e;
    ELSE
        -- A live session has ended if it is now shorter, revoked, another user's or
        -- under another hash. If one has, all are announced as ended: workers then
        -- query the database again, which is harmless.
        SELECT count(*), bool_or(e.ended), min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes
          FROM (SELECT c.token_hash, c.user_id, c.ended, row_number() OVER () AS number
                  FROM (SELECT o.token_hash, o.user_id,
                               n.token_hash IS NULL
                               OR n.revoked_at IS NOT NULL
                               OR n.expires_at < o.expires_at
                               OR n.absolute_expires_at < o.absolute_expires_at
                               OR n.session_id <> o.session_id
                               OR n.user_id <> o.user_id AS ended,
                               n.username <> o.username
                               OR n.groups OPERATOR(pg_catalog.<>) o.groups
                               OR n.name <> o.name
                               OR n.email <> o.email
                               OR n.authenticated_at <> o.authenticated_at
                               OR n.authentication_methods OPERATOR(pg_catalog.<>) o.authentication_methods
                                   AS changed
                          FROM old_rows o LEFT JOIN new_rows n ON n.token_hash = o.token_hash
                         WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()) c
                 WHERE c.ended OR c.changed) e;
    END IF;

    IF announced = 0 THEN
        RETURN NULL;
    ELSIF announced > hashes_at_most THEN
        -- Too many to list: announce more than has changed rather than flood the
        -- queue. Workers then query the database again, which is harmless.
        PERFORM pg_notify('authfcgi_revoked',
                          CASE WHEN first_user = last_user THEN 'u:' || first_user ELSE '*' END);
    ELSE
        FOR start IN 0 .. (announced - 1)::integer BY hashes_a_payload LOOP
            PERFORM pg_notify('authfcgi_revoked',
                              CASE WHEN has_ended THEN 'h:' ELSE 'c:' END
                              || substr(hashes, start * 65 + 1, hashes_a_payload * 65 - 1));
        END LOOP;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION session_tokens_announce() IS
    'AuthFCGI: notifies the workers of live sessions that a statement has ended or changed.';

CREATE TRIGGER session_tokens_announce_update AFTER UPDATE ON session_tokens
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION session_tokens_announce();

CREATE TRIGGER session_tokens_announce_delete AFTER DELETE ON session_tokens
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION session_tokens_announce();

CREATE TRIGGER session_tokens_announce_truncate AFTER TRUNCATE ON session_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION session_tokens_announce();

ALTER TABLE session_tokens
    ENABLE ALWAYS TRIGGER session_tokens_announce_update,
    ENABLE ALWAYS TRIGGER session_tokens_announce_delete,
    ENABLE ALWAYS TRIGGER session_tokens_announce_truncate;


CREATE FUNCTION require_read_committed(what text, consequence text) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION '% needs a READ COMMITTED transaction', require_read_committed.what
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' a login that completes meanwhile would not be seen, and '
                        || require_read_committed.consequence || '.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;
END
$$;

COMMENT ON FUNCTION require_read_committed(text, text) IS
    'AuthFCGI, internal: raises an error in a transaction whose snapshot may be older than a lock that it acquires.';


-- All sessions of a user end only through this function: revoke_user_sessions() and the
-- triggers of authfcgi_users call it.
CREATE FUNCTION end_user_sessions(user_ids text[], except_hash bytea) RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    ended bigint;
BEGIN
    IF coalesce(pg_catalog.cardinality(end_user_sessions.user_ids), 0) = 0 THEN
        RETURN 0;
    END IF;
    -- The sessions are read after the epoch is locked. An older snapshot would miss a
    -- login that committed in between.
    PERFORM require_read_committed('ending all sessions of a user', 'would survive');

    -- The epoch first: this waits for logins that hold its lock, and later logins find
    -- that their epoch is outdated. Always in the order of ids, against deadlock.
    INSERT INTO user_epochs (user_id, epoch)
    SELECT DISTINCT u.user_id, 1
      FROM pg_catalog.unnest(end_user_sessions.user_ids) AS u (user_id)
     ORDER BY u.user_id
        ON CONFLICT (user_id) DO UPDATE SET epoch = user_epochs.epoch + 1;

    -- expires_at: see revoke_access_token_hash().
    UPDATE live_sessions s
       SET revoked_at = statement_timestamp(), expires_at = now()
     WHERE s.user_id = ANY (end_user_sessions.user_ids)
       AND s.token_hash IS DISTINCT FROM end_user_sessions.except_hash;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION end_user_sessions(text[], bytea) IS
    'AuthFCGI, internal: raises the epochs of these users and ends their sessions. Use revoke_user_sessions().';


-- SECURITY DEFINER: a role that may change users needs no rights on sessions. The session
-- in user_epochs.kept_hash stays.
CREATE FUNCTION authfcgi_users_end_sessions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path FROM CURRENT
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    ids  text[];
    kept bytea;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT pg_catalog.array_agg(u.id) INTO ids FROM authfcgi_users u;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT pg_catalog.array_agg(o.id) INTO ids FROM old_rows o;
    ELSE
        SELECT pg_catalog.array_agg(o.id) INTO ids
          FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id
         WHERE n.id IS NULL
            OR n.password_hash <> o.password_hash
            OR (n.disabled AND NOT o.disabled);
        IF pg_catalog.cardinality(ids) = 1 THEN
            SELECT u.kept_hash INTO kept FROM user_epochs u WHERE u.user_id = ids[1];
        END IF;
    END IF;
    PERFORM end_user_sessions(ids, kept);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION authfcgi_users_end_sessions() IS
    'AuthFCGI: ends the sessions of users whom a statement deletes or disables, or whose password hash or id it changes.';

-- Setting authfcgi.rehashing gives nobody more power: it only affects roles that may
-- change a user, and those could write a hash of a password of their own. See
-- rehash_user().
CREATE TRIGGER authfcgi_users_end_sessions_update AFTER UPDATE ON authfcgi_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    WHEN (current_setting('authfcgi.rehashing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION authfcgi_users_end_sessions();

CREATE TRIGGER authfcgi_users_end_sessions_delete AFTER DELETE ON authfcgi_users
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION authfcgi_users_end_sessions();

-- BEFORE, because the users can no longer be read afterwards.
CREATE TRIGGER authfcgi_users_end_sessions_truncate BEFORE TRUNCATE ON authfcgi_users
    FOR EACH STATEMENT EXECUTE FUNCTION authfcgi_users_end_sessions();

ALTER TABLE authfcgi_users
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_update,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_delete,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_truncate;


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    session_tokens_announce(),
    require_read_committed(text, text),
    end_user_sessions(text[], bytea),
    authfcgi_users_end_sessions()
FROM PUBLIC;
