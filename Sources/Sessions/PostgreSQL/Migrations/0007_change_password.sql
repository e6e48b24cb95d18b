-- How one of the gate's own users changes the own password: all of the user's sessions
-- end, as with every other password hash, but for the one that asked for it.
--
-- As in the steps before: a bare name is a column, a parameter is written with the
-- name of its function; what takes any type is written with pg_catalog.

ALTER TABLE session_users
    ADD COLUMN kept_hash bytea;

-- A column and no setting of the transaction: who may write authfcgi_users, and nothing
-- else, must not be able to keep a session alive through it.
COMMENT ON COLUMN session_users.kept_hash IS
    'AuthFCGI, internal: the session that stays while change_user_password() writes the new hash. NULL in every committed row.';


-- New here: the one session of session_users.kept_hash stays.
CREATE OR REPLACE FUNCTION authfcgi_users_end_sessions() RETURNS trigger
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
            SELECT u.kept_hash INTO kept FROM session_users u WHERE u.user_id = ids[1];
        END IF;
    END IF;
    PERFORM end_user_sessions(ids, kept);
    RETURN NULL;
END
$$;


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
    -- As in end_user_sessions(), which comes too late here: what is read before it
    -- has to be as new.
    ELSIF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'changing a password needs a READ COMMITTED transaction'
            USING ERRCODE = 'inappropriate_isolation_level_for_branch_transaction',
                  DETAIL = 'In ' || upper(current_setting('transaction_isolation'))
                        || ' a login that completes meanwhile would not be seen, and would survive.',
                  HINT = 'Do it in a transaction of its own, begun with BEGIN ISOLATION LEVEL READ COMMITTED.';
    END IF;

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
    INSERT INTO session_users (user_id) VALUES (change_user_password.user_id) ON CONFLICT DO NOTHING;
    PERFORM FROM session_users u WHERE u.user_id = change_user_password.user_id FOR NO KEY UPDATE;
    -- Who was signed out meanwhile changes nothing. No lock: who ends this session at this
    -- moment comes after us, and waiting for others' sessions in turn could deadlock.
    PERFORM FROM session_tokens s
      WHERE s.token_hash = change_user_password.kept_hash
        AND s.user_id = change_user_password.user_id
        AND s.revoked_at IS NULL
        AND s.expires_at > statement_timestamp();
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT count(*) INTO ended
      FROM session_tokens s
     WHERE s.user_id = change_user_password.user_id
       AND s.token_hash <> change_user_password.kept_hash
       AND s.revoked_at IS NULL
       AND s.expires_at > statement_timestamp();
    UPDATE session_users u SET kept_hash = change_user_password.kept_hash
     WHERE u.user_id = change_user_password.user_id;
    UPDATE authfcgi_users u
       SET password_hash = change_user_password.new_hash, updated_at = statement_timestamp()
     WHERE u.id = change_user_password.user_id;
    UPDATE session_users u SET kept_hash = NULL
     WHERE u.user_id = change_user_password.user_id;
    RETURN ended;
END
$$;

COMMENT ON FUNCTION change_user_password(text, text, text, bytea) IS
    'AuthFCGI, internal: gives a user whose password hash is old_hash the new one, and ends all of the user''s sessions but the one under kept_hash; voids logins that are under way. Returns how many it ended; NULL, and changes nothing, if the user has another hash by now, is disabled or gone, or that session is not live. Harmless to repeat. Needs READ COMMITTED.';

-- In the transaction that makes it: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION change_user_password(text, text, text, bytea) FROM PUBLIC;
