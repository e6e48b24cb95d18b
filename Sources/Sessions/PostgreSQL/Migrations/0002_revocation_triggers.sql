-- Whatever ends a session tells all workers, in the transaction that ends it: also
-- an operator's plain UPDATE, DELETE or TRUNCATE. Workers listen on the channel
-- authfcgi_revoked for
--     h:<hash>,<hash>,... these sessions have ended (SHA-256 of their tokens, in hex)
--     c:<hash>,<hash>,... these sessions are alive and say something new
--     u:<user_id>         every session of this user up to now
--     *                   every session up to now
-- never a token. New sessions, touches and the clean-up of expired rows tell
-- nobody: a notification makes commits of the whole server wait for one another.
--
-- The triggers are ENABLE ALWAYS: what a tool does that sets session_replication_role
-- to replica ends sessions too.

CREATE FUNCTION session_tokens_announce() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- The plan is made once a connection, often for a statement of one row; a nested
-- loop kept from then would take hours on a statement of 100,000.
SET enable_nestloop = off
AS $$
DECLARE
    hashes_a_payload CONSTANT integer := 100;   -- 6,501 bytes; the limit is 7,999
    hashes_at_most   CONSTANT integer := 1000;
    -- Sessions to announce, and whether one of them ended.
    announced  bigint;
    has_ended  boolean;
    first_user text;
    last_user  text;
    hashes     text;    -- at most hashes_at_most, 64 digits and a comma each
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
        -- A live session ended if it is shorter, revoked, somebody else's, or
        -- under another hash than before. If any did, all are announced as ended:
        -- whoever hears that only asks the database again.
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
        -- Too many to name: say more than is true rather than flood the queue. A
        -- worker that hears it only asks the database again.
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
    'AuthFCGI: tells the workers which live sessions a statement has ended, or else changed.';

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
    'AuthFCGI, internal: an error in a transaction whose snapshot may be older than a lock that it gets.';


-- The one way in which all sessions of a user end: revoke_user_sessions() and the
-- triggers of authfcgi_users come through here.
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
    -- The sessions to end are looked for after the epoch's lock is held. With a
    -- snapshot from before that, a login that committed in between would be missed.
    PERFORM require_read_committed('ending all sessions of a user', 'would survive');

    -- The epoch first: it waits for logins that hold it, and stops those that come
    -- later with what they read before. Always in the same order, against deadlock.
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
    'AuthFCGI, internal: raises the epoch of these users and ends their sessions. Use revoke_user_sessions().';


-- SECURITY DEFINER: whoever may change a user need not have rights on the sessions. The
-- session of user_epochs.kept_hash stays.
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
    'AuthFCGI: ends the sessions of users that a statement deletes, disables or gives another password hash or id.';

-- Whoever can set authfcgi.rehashing may change a user as well, and could write a hash
-- whose password they know: they gain nothing by it. See rehash_user().
CREATE TRIGGER authfcgi_users_end_sessions_update AFTER UPDATE ON authfcgi_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    WHEN (current_setting('authfcgi.rehashing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION authfcgi_users_end_sessions();

CREATE TRIGGER authfcgi_users_end_sessions_delete AFTER DELETE ON authfcgi_users
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION authfcgi_users_end_sessions();

-- Before, because afterwards nobody knows who was in it.
CREATE TRIGGER authfcgi_users_end_sessions_truncate BEFORE TRUNCATE ON authfcgi_users
    FOR EACH STATEMENT EXECUTE FUNCTION authfcgi_users_end_sessions();

ALTER TABLE authfcgi_users
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_update,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_delete,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_truncate;


-- In the transaction that makes them: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION
    session_tokens_announce(),
    require_read_committed(text, text),
    end_user_sessions(text[], bytea),
    authfcgi_users_end_sessions()
FROM PUBLIC;
