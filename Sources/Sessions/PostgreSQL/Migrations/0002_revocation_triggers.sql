-- Every statement that ends a session notifies all workers in its transaction, including
-- an operator's UPDATE, DELETE or TRUNCATE. Workers listen on a channel with a secret
-- name: see 0008_notifications.sql. A payload never contains a token:
--     h:<hash>,<hash>,... these sessions have ended (SHA-256 of their tokens, in hex)
--     c:<hash>,<hash>,... these sessions are live, and their contents have changed
--     u:<user_id>         all sessions of this user until now
--     *                   all sessions until now
-- New sessions, touches and the removal of expired and ended rows do not notify:
-- notifications serialize the commits of the whole server.
--
-- The triggers are ENABLE ALWAYS, so that changes by a tool that sets
-- session_replication_role to replica end sessions too.
--
-- Locks are those of rows, which only roles that may change these tables can take. Every
-- function takes them in this order, against deadlock: authfcgi_users, authfcgi_state,
-- user_epochs in the order of ids, session_tokens. Links for a new password are locked
-- only with the user's row. Rows that are only tidied up are skipped when they are locked.

-- SECURITY DEFINER: a role that may only change sessions needs no rights on the epochs.
CREATE FUNCTION @schema@.session_tokens_announce() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
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
    -- The same sessions, for record_audit().
    users      text[];
    names      text[];
    ids        uuid[];
    ends       boolean[];
    -- By its index, because remove_expired_sessions() switches sequential scans off.
    everybody  CONSTANT bigint := coalesce((SELECT g.ended_before FROM @schema@.authfcgi_state g WHERE g.only_row), 0);
BEGIN
    -- The condition for a live row is that of live_sessions. It is not written as NOT
    -- EXISTS, which would become a join, and that without nested loops would read all of
    -- user_epochs for a statement of one row. What a raised epoch has ended was announced
    -- with that.
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM @schema@.announce_revocations('{*}'::text[]);
        PERFORM @schema@.record_audit('session_revoke', NULL::text[], NULL::text[], NULL::uuid[], NULL::bigint);
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT count(*), true, min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.user_id) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.username) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.session_id) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(true) FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes, users, names, ids, ends
          FROM (SELECT o.token_hash, o.user_id, o.username, o.session_id, row_number() OVER () AS number
                  FROM old_rows o
                 WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()
                   AND o.general_epoch >= everybody
                   AND (SELECT u.ended_before <= o.user_epoch OR u.kept_hash IS NOT DISTINCT FROM o.token_hash
                          FROM @schema@.user_epochs u WHERE u.user_id = o.user_id) IS NOT FALSE) e;
    ELSE
        -- A live session has ended if it is now shorter, revoked, another user's or
        -- under another hash. If one has, all are announced as ended: workers then
        -- query the database again, which is harmless.
        SELECT count(*), bool_or(e.ended), min(e.user_id COLLATE "C"), max(e.user_id COLLATE "C"),
               string_agg(encode(e.token_hash, 'hex'), ',') FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.user_id) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.username) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.session_id) FILTER (WHERE e.number <= hashes_at_most),
               array_agg(e.ended) FILTER (WHERE e.number <= hashes_at_most)
          INTO announced, has_ended, first_user, last_user, hashes, users, names, ids, ends
          FROM (SELECT c.token_hash, c.user_id, c.username, c.session_id, c.ended, row_number() OVER () AS number
                  FROM (SELECT o.token_hash, o.user_id, o.username, o.session_id,
                               n.token_hash IS NULL
                               OR n.revoked_at IS NOT NULL
                               OR n.expires_at < o.expires_at
                               OR n.absolute_expires_at < o.absolute_expires_at
                               OR n.user_epoch < o.user_epoch
                               OR n.general_epoch < o.general_epoch
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
                         WHERE o.revoked_at IS NULL AND o.expires_at > statement_timestamp()
                           AND o.general_epoch >= everybody
                           AND (SELECT u.ended_before <= o.user_epoch
                                       OR u.kept_hash IS NOT DISTINCT FROM o.token_hash
                                  FROM @schema@.user_epochs u WHERE u.user_id = o.user_id) IS NOT FALSE) c
                 WHERE c.ended OR c.changed) e;
    END IF;

    IF announced = 0 THEN
        RETURN NULL;
    ELSIF announced > hashes_at_most THEN
        -- Too many to list: announce more than has changed rather than flood the
        -- queue. Workers then query the database again, which is harmless.
        PERFORM @schema@.announce_revocations(ARRAY[CASE WHEN first_user = last_user THEN 'u:' || first_user ELSE '*' END]);
    ELSE
        PERFORM @schema@.announce_revocations(ARRAY(
            SELECT CASE WHEN has_ended THEN 'h:' ELSE 'c:' END
                   || substr(hashes, p.start * 65 + 1, hashes_a_payload * 65 - 1)
              FROM pg_catalog.generate_series(0, (announced - 1)::integer, hashes_a_payload) AS p (start)));
    END IF;

    IF NOT @schema@.is_audited() THEN
        RETURN NULL;
    ELSIF announced > hashes_at_most THEN
        -- Not all ids are known.
        ids := NULL;
    ELSIF false = ANY (ends) THEN
        -- If some have ended, those count, and not what has changed besides.
        SELECT array_agg(e.user_id), array_agg(e.username), array_agg(e.id), count(*)
          INTO users, names, ids, announced
          FROM ROWS FROM (pg_catalog.unnest(users), pg_catalog.unnest(names), pg_catalog.unnest(ids),
                          pg_catalog.unnest(ends)) AS e (user_id, username, id, ended)
         WHERE e.ended = has_ended;
    END IF;
    PERFORM @schema@.record_audit(
        CASE WHEN NOT has_ended THEN 'session_refresh'
             -- What applications do at a logout must not displace what operators do.
             WHEN announced = 1 AND coalesce(current_setting('authfcgi.author', true), '') = '' THEN 'session_end'
             ELSE 'session_revoke' END,
        users, names, ids, announced);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.session_tokens_announce() IS
    'AuthFCGI: notifies the workers of live sessions that a statement has ended or changed.';

CREATE TRIGGER session_tokens_announce_update AFTER UPDATE ON @schema@.session_tokens
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.session_tokens_announce();

CREATE TRIGGER session_tokens_announce_delete AFTER DELETE ON @schema@.session_tokens
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.session_tokens_announce();

CREATE TRIGGER session_tokens_announce_truncate AFTER TRUNCATE ON @schema@.session_tokens
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.session_tokens_announce();

ALTER TABLE @schema@.session_tokens
    ENABLE ALWAYS TRIGGER session_tokens_announce_update,
    ENABLE ALWAYS TRIGGER session_tokens_announce_delete,
    ENABLE ALWAYS TRIGGER session_tokens_announce_truncate;


-- Keeps the promise of user_epochs.tidied_before: no statement makes the row of a session
-- look live that its user's epochs have ended. Also gives new rows their epochs.
CREATE FUNCTION @schema@.session_tokens_keep_ended() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    has_ended boolean := false;
    epochs    record;
BEGIN
    IF TG_OP = 'UPDATE' AND new.user_id <> old.user_id THEN
        -- It belongs to the other user's epochs from then on. If it has ended, they must
        -- not revive it.
        PERFORM @schema@.require_read_committed('giving a session to another user', 'it may have ended');
        PERFORM FROM @schema@.user_epochs u
          WHERE u.user_id = old.user_id AND u.ended_before > old.user_epoch
            AND u.kept_hash IS DISTINCT FROM old.token_hash;
        has_ended := FOUND;
        new.user_epoch := NULL;
    END IF;

    -- The lock is held until the commit: see user_epochs.
    FOR attempt IN 1 .. 2 LOOP
        SELECT u.epoch, u.ended_before, u.kept_hash INTO epochs
          FROM @schema@.user_epochs u WHERE u.user_id = new.user_id FOR KEY SHARE;
        EXIT WHEN FOUND;
        INSERT INTO @schema@.user_epochs (user_id) VALUES (new.user_id) ON CONFLICT DO NOTHING;
    END LOOP;
    IF new.user_epoch IS NULL THEN
        new.user_epoch := epochs.epoch;
    ELSIF epochs.ended_before > new.user_epoch AND epochs.kept_hash IS DISTINCT FROM new.token_hash THEN
        has_ended := true;
    END IF;
    IF has_ended THEN
        new.revoked_at := coalesce(new.revoked_at, statement_timestamp());
        new.expires_at := least(new.expires_at, now());
    END IF;
    IF new.general_epoch IS NULL THEN
        SELECT g.epoch INTO new.general_epoch FROM @schema@.authfcgi_state g WHERE g.only_row;
    END IF;
    RETURN new;
END
$$;

COMMENT ON FUNCTION @schema@.session_tokens_keep_ended() IS
    'AuthFCGI: gives new sessions their epochs, and keeps the rows of sessions that an epoch has ended from looking live.';

CREATE TRIGGER session_tokens_keep_ended_insert BEFORE INSERT ON @schema@.session_tokens
    FOR EACH ROW EXECUTE FUNCTION @schema@.session_tokens_keep_ended();

CREATE TRIGGER session_tokens_keep_ended_update
    BEFORE UPDATE OF user_id, token_hash, user_epoch, revoked_at ON @schema@.session_tokens FOR EACH ROW
    WHEN (new.user_id <> old.user_id
          OR (new.revoked_at IS NULL
              AND (old.revoked_at IS NOT NULL OR new.token_hash <> old.token_hash
                   OR new.user_epoch < old.user_epoch)))
    EXECUTE FUNCTION @schema@.session_tokens_keep_ended();

ALTER TABLE @schema@.session_tokens
    ENABLE ALWAYS TRIGGER session_tokens_keep_ended_insert,
    ENABLE ALWAYS TRIGGER session_tokens_keep_ended_update;


-- Any statement that raises ended_before ends sessions, so it notifies. SECURITY DEFINER:
-- the name of the channel is a secret.
CREATE FUNCTION @schema@.user_epochs_announce() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    users_at_most CONSTANT integer := 1000;
    users         text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        users := ARRAY(SELECT n.user_id FROM new_rows n WHERE n.ended_before > 0 LIMIT users_at_most + 1);
    ELSE
        users := ARRAY(SELECT o.user_id
                         FROM old_rows o JOIN new_rows n ON n.user_id = o.user_id
                        WHERE n.ended_before > o.ended_before
                           OR (o.kept_hash IS NOT NULL AND n.kept_hash IS DISTINCT FROM o.kept_hash)
                        LIMIT users_at_most + 1);
    END IF;
    IF pg_catalog.cardinality(users) > users_at_most THEN
        PERFORM @schema@.announce_revocations('{*}'::text[]);
    ELSE
        PERFORM @schema@.announce_revocations(ARRAY(
            SELECT 'u:' || u.user_id FROM pg_catalog.unnest(users) AS u (user_id)));
    END IF;
    -- Not in addition to the change of a user that is recorded: see authfcgi_users_end_sessions().
    IF pg_catalog.cardinality(users) > 0
       AND (pg_catalog.pg_trigger_depth() < 2 OR current_setting('authfcgi.audited', true) IS DISTINCT FROM 'on') THEN
        PERFORM @schema@.record_audit('session_revoke', users, NULL::text[], NULL::uuid[], NULL::bigint);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.user_epochs_announce() IS
    'AuthFCGI: notifies the workers of users all of whose sessions a statement has ended.';

CREATE TRIGGER user_epochs_announce_insert AFTER INSERT ON @schema@.user_epochs
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.user_epochs_announce();

CREATE TRIGGER user_epochs_announce_update AFTER UPDATE ON @schema@.user_epochs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.user_epochs_announce();


CREATE FUNCTION @schema@.authfcgi_state_announce() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @schema@.announce_revocations('{*}'::text[]);
    PERFORM @schema@.record_audit('session_revoke', NULL::text[], NULL::text[], NULL::uuid[], NULL::bigint);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_state_announce() IS
    'AuthFCGI: notifies the workers that all sessions have ended.';

CREATE TRIGGER authfcgi_state_announce AFTER UPDATE ON @schema@.authfcgi_state
    FOR EACH ROW WHEN (new.ended_before > old.ended_before) EXECUTE FUNCTION @schema@.authfcgi_state_announce();


CREATE FUNCTION @schema@.keep_epochs() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % must stay, and their epochs must not fall', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
              DETAIL = 'Sessions that have ended would be live again.';
END
$$;

COMMENT ON FUNCTION @schema@.keep_epochs() IS
    'AuthFCGI: refuses statements that would revive sessions.';

CREATE TRIGGER user_epochs_keep_update BEFORE UPDATE ON @schema@.user_epochs FOR EACH ROW
    WHEN (new.epoch < old.epoch OR new.ended_before < old.ended_before OR new.user_id <> old.user_id
          OR (new.ended_before = old.ended_before AND new.kept_hash <> coalesce(old.kept_hash, '')))
    EXECUTE FUNCTION @schema@.keep_epochs();

CREATE TRIGGER user_epochs_keep_delete BEFORE DELETE ON @schema@.user_epochs
    FOR EACH ROW EXECUTE FUNCTION @schema@.keep_epochs();

CREATE TRIGGER user_epochs_keep_truncate BEFORE TRUNCATE ON @schema@.user_epochs
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.keep_epochs();

-- The row of the session that stayed and now ends looks live.
CREATE FUNCTION @schema@.user_epochs_end_kept() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    new.tidied_before := least(new.tidied_before, new.ended_before - 1);
    RETURN new;
END
$$;

COMMENT ON FUNCTION @schema@.user_epochs_end_kept() IS
    'AuthFCGI: has workers compare the user''s sessions again after plain SQL has ended the one that stayed.';

CREATE TRIGGER user_epochs_end_kept BEFORE UPDATE OF kept_hash ON @schema@.user_epochs FOR EACH ROW
    WHEN (new.kept_hash IS NULL AND old.kept_hash IS NOT NULL AND new.ended_before = old.ended_before)
    EXECUTE FUNCTION @schema@.user_epochs_end_kept();

CREATE TRIGGER authfcgi_state_keep_update BEFORE UPDATE ON @schema@.authfcgi_state FOR EACH ROW
    WHEN (new.epoch < old.epoch OR new.ended_before < old.ended_before)
    EXECUTE FUNCTION @schema@.keep_epochs();

CREATE TRIGGER authfcgi_state_keep_delete BEFORE DELETE ON @schema@.authfcgi_state
    FOR EACH ROW EXECUTE FUNCTION @schema@.keep_epochs();

CREATE TRIGGER authfcgi_state_keep_truncate BEFORE TRUNCATE ON @schema@.authfcgi_state
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.keep_epochs();

ALTER TABLE @schema@.user_epochs
    ENABLE ALWAYS TRIGGER user_epochs_announce_insert,
    ENABLE ALWAYS TRIGGER user_epochs_announce_update,
    ENABLE ALWAYS TRIGGER user_epochs_keep_update,
    ENABLE ALWAYS TRIGGER user_epochs_end_kept,
    ENABLE ALWAYS TRIGGER user_epochs_keep_delete,
    ENABLE ALWAYS TRIGGER user_epochs_keep_truncate;

ALTER TABLE @schema@.authfcgi_state
    ENABLE ALWAYS TRIGGER authfcgi_state_announce,
    ENABLE ALWAYS TRIGGER authfcgi_state_keep_update,
    ENABLE ALWAYS TRIGGER authfcgi_state_keep_delete,
    ENABLE ALWAYS TRIGGER authfcgi_state_keep_truncate;


CREATE FUNCTION @schema@.require_read_committed(what text, consequence text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION '% needs a READ COMMITTED transaction', require_read_committed.what
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' what others commit meanwhile is not seen: '
                        || require_read_committed.consequence || '.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.require_read_committed(text, text) IS
    'AuthFCGI, internal: raises an error in a transaction whose snapshot may be older than a lock that it acquires.';


-- The number of a cursor's rows, as far as they can be counted in half a second. A count
-- must not make the end of sessions fail.
CREATE FUNCTION @schema@.count_ended_sessions(sessions refcursor) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last     CONSTANT timestamptz := clock_timestamp() + interval '500 milliseconds';
    batch    CONSTANT integer := 1000;
    skipped  bigint;
    counted  bigint := 0;
BEGIN
    LOOP
        MOVE FORWARD batch IN sessions;
        GET DIAGNOSTICS skipped = ROW_COUNT;
        counted := counted + skipped;
        EXIT WHEN skipped < batch OR clock_timestamp() > last;
    END LOOP;
    CLOSE sessions;
    RETURN counted;
END
$$;

COMMENT ON FUNCTION @schema@.count_ended_sessions(refcursor) IS
    'AuthFCGI, internal: returns the number of a cursor''s rows, as far as they can be counted in half a second, and closes it.';


-- So that ended sessions count as expired in plain SQL too, and that look-ups need not
-- compare epochs. A locked row is skipped, so this never waits, and no end depends on it:
-- workers remove what is left.
CREATE FUNCTION @schema@.tidy_ended_sessions(token_hashes bytea[]) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    last    CONSTANT timestamptz := clock_timestamp() + interval '500 milliseconds';
    batch   CONSTANT integer := 100;
    most    CONSTANT integer := 1000;
    tidied  bigint := 0;
    changed bigint;
BEGIN
    FOR start IN 1 .. least(pg_catalog.cardinality(tidy_ended_sessions.token_hashes), most) BY batch LOOP
        -- expires_at: see revoke_access_token_hash().
        UPDATE @schema@.session_tokens s
           SET revoked_at = statement_timestamp(), expires_at = least(s.expires_at, now())
         WHERE s.token_hash = ANY (ARRAY(
                   SELECT o.token_hash
                     FROM @schema@.session_tokens o
                    WHERE o.token_hash = ANY (tidy_ended_sessions.token_hashes[start : start + batch - 1])
                      AND o.revoked_at IS NULL
                      FOR NO KEY UPDATE SKIP LOCKED));
        GET DIAGNOSTICS changed = ROW_COUNT;
        tidied := tidied + changed;
        EXIT WHEN clock_timestamp() > last;
    END LOOP;
    RETURN tidied = pg_catalog.cardinality(tidy_ended_sessions.token_hashes);
END
$$;

COMMENT ON FUNCTION @schema@.tidy_ended_sessions(bytea[]) IS
    'AuthFCGI, internal: marks the rows of sessions that a raised epoch has ended, 1000 at most, for half a second at most. Returns whether all are marked.';


-- All sessions of a user end only through this function: revoke_user_sessions(),
-- change_user_password() and the triggers on tables of users call it.
--
-- It holds the user's row of user_epochs until the commit. Meanwhile other ends of this
-- user's sessions wait, and logins with a session limit: a caller should commit soon.
-- Workers do not wait for long at a time, so nobody else waits with them.
CREATE FUNCTION @schema@.end_user_sessions(user_ids text[], except_hash bytea, counts boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    kept       bytea;
    -- Of the user, if there is only one, before the end.
    old_before bigint := 0;
    old_kept   bytea;
    -- The users of whom no session is being created.
    settled    text[];
    sessions   refcursor;
    ended      bigint := 0;
BEGIN
    IF coalesce(pg_catalog.cardinality(end_user_sessions.user_ids), 0) = 0 THEN
        RETURN 0;
    END IF;
    -- The session that is to stay is read after the epoch is locked. An older snapshot
    -- could show it as live although it has ended.
    PERFORM @schema@.require_read_committed('ending all sessions of a user', 'the session that stays may have ended');

    IF end_user_sessions.except_hash IS NOT NULL THEN
        INSERT INTO @schema@.user_epochs (user_id)
        SELECT DISTINCT u.user_id
          FROM pg_catalog.unnest(end_user_sessions.user_ids) AS u (user_id)
         ORDER BY u.user_id
            ON CONFLICT DO NOTHING;
    END IF;
    PERFORM FROM @schema@.user_epochs u
      WHERE u.user_id = ANY (end_user_sessions.user_ids)
      ORDER BY u.user_id
        FOR NO KEY UPDATE;
    IF pg_catalog.cardinality(end_user_sessions.user_ids) = 1 THEN
        SELECT u.ended_before, u.kept_hash INTO old_before, old_kept
          FROM @schema@.user_epochs u
         WHERE u.user_id = end_user_sessions.user_ids[1];
        old_before := coalesce(old_before, 0);
    END IF;
    IF end_user_sessions.except_hash IS NOT NULL THEN
        SELECT s.token_hash INTO kept
          FROM @schema@.live_sessions s
         WHERE s.token_hash = end_user_sessions.except_hash
           AND s.user_id = ANY (end_user_sessions.user_ids);
    END IF;

    -- From the commit on, this alone ends the sessions. It waits for nobody but others
    -- who end or limit the same users' sessions, and those are short.
    INSERT INTO @schema@.user_epochs (user_id, epoch, ended_before, kept_hash)
    SELECT DISTINCT u.user_id, 1, 1, kept
      FROM pg_catalog.unnest(end_user_sessions.user_ids) AS u (user_id)
     ORDER BY u.user_id
        ON CONFLICT (user_id) DO UPDATE
       SET epoch = user_epochs.epoch + 1, ended_before = user_epochs.epoch + 1, kept_hash = excluded.kept_hash;

    IF end_user_sessions.counts THEN
        OPEN sessions NO SCROLL FOR
        SELECT FROM @schema@.session_tokens s
         WHERE s.user_id = ANY (end_user_sessions.user_ids)
           AND s.revoked_at IS NULL
           AND s.expires_at > statement_timestamp()
           AND s.general_epoch >= (SELECT g.ended_before FROM @schema@.authfcgi_state g)
           AND (s.user_epoch >= old_before OR s.token_hash IS NOT DISTINCT FROM old_kept)
           AND s.token_hash IS DISTINCT FROM kept;
        ended := @schema@.count_ended_sessions(sessions);
    END IF;

    -- Before the sessions are read: see user_epochs. It waits for nobody.
    settled := ARRAY(
        SELECT u.user_id FROM @schema@.user_epochs u
         WHERE u.user_id = ANY (end_user_sessions.user_ids)
         ORDER BY u.user_id
           FOR UPDATE SKIP LOCKED);
    -- Expired ones too: a clock that is set back must not revive them. One more than
    -- tidy_ended_sessions() marks, so that it knows.
    IF @schema@.tidy_ended_sessions(ARRAY(
           SELECT s.token_hash
             FROM @schema@.session_tokens s
            WHERE s.user_id = ANY (end_user_sessions.user_ids)
              AND s.revoked_at IS NULL
              AND s.token_hash IS DISTINCT FROM kept
            LIMIT 1001)) THEN
        UPDATE @schema@.user_epochs u SET tidied_before = u.ended_before WHERE u.user_id = ANY (settled);
    END IF;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION @schema@.end_user_sessions(text[], bytea, boolean) IS
    'AuthFCGI, internal: ends the sessions of these users. Use revoke_user_sessions(). With counts, which is for one user, returns the number of sessions ended, as far as they can be counted in half a second.';


-- SECURITY DEFINER: a role that may change users needs no rights on sessions.
CREATE FUNCTION @schema@.authfcgi_users_end_sessions() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off    -- as in session_tokens_announce()
AS $$
DECLARE
    ids text[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT pg_catalog.array_agg(u.id) INTO ids FROM @schema@.authfcgi_users u;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT pg_catalog.array_agg(o.id) INTO ids FROM old_rows o;
    ELSE
        SELECT pg_catalog.array_agg(o.id) INTO ids
          FROM old_rows o LEFT JOIN new_rows n ON n.id = o.id
         WHERE n.id IS NULL
            OR n.password_hash <> o.password_hash
            OR (n.disabled AND NOT o.disabled);
    END IF;
    -- A command may end the sessions in a second transaction, which finds nothing changed.
    IF TG_OP <> 'UPDATE' OR pg_catalog.current_setting('authfcgi.postponing', true) IS DISTINCT FROM 'on' THEN
        PERFORM pg_catalog.set_config('authfcgi.audited', 'on', true);
        PERFORM @schema@.end_user_sessions(ids, NULL::bytea, false);
        PERFORM pg_catalog.set_config('authfcgi.audited', '', true);
    END IF;
    -- With an earlier link nobody may undo the change: see 0010_password_resets.sql.
    DELETE FROM @schema@.authfcgi_password_resets r WHERE r.user_id = ANY (ids);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION @schema@.authfcgi_users_end_sessions() IS
    'AuthFCGI: ends the sessions, and removes the link for a new password, of users whom a statement deletes or disables, or whose password hash or id it changes.';

-- Setting authfcgi.rehashing or authfcgi.postponing gives nobody more power: they only
-- affect roles that may change a user, and those could write a hash of a password of their
-- own. The first is for whoever has ended the sessions, or keeps the password, and removes
-- no link: see rehash_user() and change_user_password(). The second keeps only the sessions.
CREATE TRIGGER authfcgi_users_end_sessions_update AFTER UPDATE ON @schema@.authfcgi_users
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    WHEN (current_setting('authfcgi.rehashing', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION @schema@.authfcgi_users_end_sessions();

CREATE TRIGGER authfcgi_users_end_sessions_delete AFTER DELETE ON @schema@.authfcgi_users
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_end_sessions();

-- BEFORE, because the users can no longer be read afterwards.
CREATE TRIGGER authfcgi_users_end_sessions_truncate BEFORE TRUNCATE ON @schema@.authfcgi_users
    FOR EACH STATEMENT EXECUTE FUNCTION @schema@.authfcgi_users_end_sessions();

ALTER TABLE @schema@.authfcgi_users
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_update,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_delete,
    ENABLE ALWAYS TRIGGER authfcgi_users_end_sessions_truncate;


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.session_tokens_announce(),
    @schema@.session_tokens_keep_ended(),
    @schema@.user_epochs_announce(),
    @schema@.authfcgi_state_announce(),
    @schema@.keep_epochs(),
    @schema@.user_epochs_end_kept(),
    @schema@.require_read_committed(text, text),
    @schema@.count_ended_sessions(refcursor),
    @schema@.tidy_ended_sessions(bytea[]),
    @schema@.end_user_sessions(text[], bytea, boolean),
    @schema@.authfcgi_users_end_sessions()
FROM PUBLIC;
