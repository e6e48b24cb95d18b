-- Links with which one of the gate's own users chooses a new password without the old one:
-- made by "authfcgi user reset", used once, at a gate, within an hour. Whoever knows the code of
-- a link can take the account over, so only its SHA-256 is stored: 32 random bytes cannot be
-- found from that, and nothing in this table is of use to a reader.
--
-- A user has one link at most: another one takes its place. Whatever else changes the
-- password, disables or deletes the user removes it: authfcgi_users_end_sessions() and
-- change_user_password().
--
-- Functions are SECURITY DEFINER: a gate's role needs no rights on the table. They lock the
-- user's row before the link, against deadlock, and so that of two uses of a link at once
-- the second finds it used.

-- Not called "password_resets": applications of Laravel have a table of that name.
CREATE TABLE @schema@.authfcgi_password_resets (
    user_id    text        PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    code_hash  bytea       NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

COMMENT ON TABLE @schema@.authfcgi_password_resets IS
    'AuthFCGI: links for a new password, one per user at most, made by "authfcgi user reset". Deleting a row makes its link invalid.';
COMMENT ON COLUMN @schema@.authfcgi_password_resets.code_hash IS
    'SHA-256 of the code in the link. The code itself is not stored.';
COMMENT ON COLUMN @schema@.authfcgi_password_resets.used_at IS
    'Time of the use, after which the link is invalid. The row stays for a while, so that a use that is repeated after a lost answer is recognized.';


CREATE FUNCTION @schema@.create_password_reset(user_id text, code_hash bytea) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    lasting    CONSTANT interval := '1 hour';
    ends       CONSTANT timestamptz := statement_timestamp() + lasting;
    user_named text;
BEGIN
    IF create_password_reset.user_id IS NULL OR create_password_reset.code_hash IS NULL THEN
        RAISE EXCEPTION 'user_id and code_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT u.username INTO user_named
      FROM @schema@.authfcgi_users u
     WHERE u.id = create_password_reset.user_id AND NOT u.disabled
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO @schema@.authfcgi_password_resets AS r (user_id, code_hash, expires_at)
    VALUES (create_password_reset.user_id, create_password_reset.code_hash, ends)
        ON CONFLICT (user_id) DO UPDATE
       SET code_hash = excluded.code_hash, created_at = excluded.created_at, expires_at = excluded.expires_at,
           used_at = NULL;
    -- Those of others that are of no use any more. What is locked stays until the next time.
    DELETE FROM @schema@.authfcgi_password_resets r
     WHERE r.user_id = ANY (ARRAY(
               SELECT o.user_id
                 FROM @schema@.authfcgi_password_resets o
                WHERE o.expires_at <= statement_timestamp()
                LIMIT 1000
                  FOR UPDATE SKIP LOCKED));
    PERFORM @schema@.record_audit(
        'user_reset', ARRAY[create_password_reset.user_id], ARRAY[user_named], NULL::uuid[], NULL::bigint);
    RETURN ends;
END
$$;

COMMENT ON FUNCTION @schema@.create_password_reset(text, bytea) IS
    'AuthFCGI, internal: makes the link with the SHA-256 of its code, instead of an earlier one of the user, and returns its end, in an hour; NULL, with nothing changed, if the user is disabled or does not exist. The password and the sessions of the user stay as they are.';


CREATE FUNCTION @schema@.find_password_reset(code_hash bytea, OUT user_id text, OUT username text)
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    SELECT u.id, u.username INTO find_password_reset.user_id, find_password_reset.username
      FROM @schema@.authfcgi_password_resets r JOIN @schema@.authfcgi_users u ON u.id = r.user_id
     WHERE r.code_hash = find_password_reset.code_hash
       AND r.used_at IS NULL
       AND r.expires_at > statement_timestamp()
       AND NOT u.disabled;
END
$$;

COMMENT ON FUNCTION @schema@.find_password_reset(bytea) IS
    'AuthFCGI, internal: returns the user who can choose a new password with the link whose code has this SHA-256; NULL if it is used, too old or unknown, or the user is disabled.';


-- All sessions of the user end, as at every change of the password hash, and logins in
-- progress are refused.
CREATE FUNCTION @schema@.use_password_reset(
    code_hash bytea,
    new_hash  text,
    since     interval DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'    -- as in end_session()
AS $$
#variable_conflict use_column
DECLARE
    author       CONSTANT text := coalesce(current_setting('authfcgi.author', true), '');
    owner_id     text;
    user_named   text;
    current_hash text;
    ended        bigint;
BEGIN
    IF use_password_reset.code_hash IS NULL OR use_password_reset.new_hash IS NULL THEN
        RAISE EXCEPTION 'code_hash and new_hash must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    -- An older snapshot could show a link as unused that another transaction has used.
    PERFORM @schema@.require_read_committed('choosing a password with a link', 'the link may have been used');

    SELECT r.user_id INTO owner_id FROM @schema@.authfcgi_password_resets r WHERE r.code_hash = use_password_reset.code_hash;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT u.username, u.password_hash INTO user_named, current_hash
      FROM @schema@.authfcgi_users u
     WHERE u.id = owner_id AND NOT u.disabled
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- Again, with what has happened to the link until the lock was acquired.
    UPDATE @schema@.authfcgi_password_resets r
       SET used_at = clock_timestamp()
     WHERE r.user_id = owner_id
       AND r.code_hash = use_password_reset.code_hash
       AND r.used_at IS NULL
       AND r.expires_at > clock_timestamp();
    IF NOT FOUND THEN
        PERFORM FROM @schema@.authfcgi_password_resets r
          WHERE r.user_id = owner_id
            AND r.code_hash = use_password_reset.code_hash
            AND r.used_at IS NOT NULL;
        IF FOUND AND current_hash = use_password_reset.new_hash THEN
            -- Done already: a repetition after a lost answer, "since" after the first sending.
            RETURN @schema@.count_sessions_ended_since(owner_id, use_password_reset.since);
        END IF;
        RETURN NULL;
    END IF;

    ended := @schema@.end_user_sessions(ARRAY[owner_id], NULL::bytea, true);
    -- The trigger would end the sessions again, and remove the link.
    PERFORM set_config('authfcgi.rehashing', 'on', true);
    UPDATE @schema@.authfcgi_users u
       SET password_hash = use_password_reset.new_hash, updated_at = statement_timestamp()
     WHERE u.id = owner_id;
    PERFORM set_config('authfcgi.rehashing', '', true);
    -- Although it is a gate that does it: of a link there is one use at most.
    PERFORM set_config('authfcgi.author', 'a link', true);
    PERFORM @schema@.record_audit(
        'password_reset', ARRAY[owner_id], ARRAY[user_named], NULL::uuid[], ended);
    PERFORM set_config('authfcgi.author', author, true);
    RETURN ended;
END
$$;

COMMENT ON FUNCTION @schema@.use_password_reset(bytea, text, interval) IS
    'AuthFCGI, internal: gives the user of the link whose code has this SHA-256 the password hash new_hash, ends all sessions of the user, refuses logins in progress and makes the link invalid. Returns the number of sessions ended; NULL, with nothing changed, if the link is used, too old or unknown, or the user is disabled. Harmless to repeat with the same hash: with "since", the time since the first sending, returns the number that this has ended. Needs READ COMMITTED.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.create_password_reset(text, bytea),
    @schema@.find_password_reset(bytea),
    @schema@.use_password_reset(bytea, text, interval)
FROM PUBLIC;
