-- The tables of AuthFCGI.
--
-- Conventions in all files: @schema@ stands for the installation's schema, quoted. Each
-- object of ours is named with it, and each function fixes its search_path to pg_catalog,
-- with temporary objects last, as the program does while it runs a file. PostgreSQL
-- prefers a function, an operator or a type that fits better to its own, in whatever
-- schema of the search path it is; so no other schema may be in that path.
--
-- A call of a function of ours has all arguments, of exactly its types or literals of
-- text: another function of that name, with fewer parameters or other types, cannot fit
-- better.
--
-- An unqualified name in a function is a column; a parameter is qualified with the name
-- of its function.
--
-- Functions are written in PL/pgSQL, which plans a statement once per connection. PostgreSQL
-- plans one in SQL with each call, unless it can be inlined, which SET and SECURITY DEFINER
-- rule out.
--
-- Until the first release these files are edited in place. A released file is never
-- edited: each change is a new file with the next number.

-- gen_random_uuid() uses the server's strong random source and needs no extension. A
-- UUID has 122 random bits, so SHA-256 of four of them has 256.
CREATE FUNCTION @schema@.session_random_bytes() RETURNS bytea
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
               || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
END
$$;

COMMENT ON FUNCTION @schema@.session_random_bytes() IS 'AuthFCGI, internal: 32 random bytes.';


-- The lengths of an identity are limited, because every accepted check returns it in
-- headers, for which web servers have a buffer. Percent-encoded, an identity of these
-- lengths fits the one in nginx/authfcgi/question.conf.
CREATE TABLE @schema@.session_tokens (
    token_hash             bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id             uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    user_id                text        NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    username               text        NOT NULL DEFAULT '' CHECK (char_length(username) <= 256),
    groups                 text[]      NOT NULL DEFAULT '{}'
        -- The order of CASE: array_position() is an error for several dimensions.
        CHECK (CASE WHEN coalesce(pg_catalog.array_ndims(groups), 1) <> 1 THEN false
                   ELSE pg_catalog.array_position(groups, NULL) IS NULL
                        AND octet_length(pg_catalog.array_to_string(groups, ',')) <= 4096 END),
    name                   text        NOT NULL DEFAULT '' CHECK (char_length(name) <= 256),
    email                  text        NOT NULL DEFAULT '' CHECK (char_length(email) <= 320),
    authenticated_at       timestamptz NOT NULL DEFAULT statement_timestamp() CHECK (isfinite(authenticated_at)),
    authentication_methods text[]      NOT NULL DEFAULT '{pwd}'
        CHECK (pg_catalog.array_ndims(authentication_methods) IS NOT DISTINCT FROM 1
               AND pg_catalog.cardinality(authentication_methods) <= 8
               AND pg_catalog.array_position(authentication_methods, NULL) IS NULL
               AND pg_catalog.array_position(authentication_methods, '') IS NULL
               AND octet_length(pg_catalog.array_to_string(authentication_methods, '')) <= 128),
    created_at             timestamptz NOT NULL DEFAULT statement_timestamp(),
    last_seen_at           timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at             timestamptz NOT NULL,
    absolute_expires_at    timestamptz NOT NULL,
    idle_timeout           interval    CHECK (idle_timeout > '0'),
    revoked_at             timestamptz,
    client_ip              inet,
    user_agent             text,
    label                  text        CHECK (char_length(label) <= 256),
    -- The epochs in which the session was created: see user_epochs. NULL in an INSERT
    -- means the present ones.
    user_epoch             bigint      NOT NULL,
    general_epoch          bigint      NOT NULL,
    -- A look-up compares only expires_at; this constraint makes that sufficient.
    CONSTRAINT session_tokens_expiry_within_absolute CHECK (expires_at <= absolute_expires_at)
) WITH (
    -- Space for the next version of a row on its page: a live session is updated often.
    fillfactor = 85,
    -- Touches and clean-ups leave dead rows. With millions of sessions the default, a
    -- fifth of the table, would make autovacuum wait too long.
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

-- For removing expired sessions and counting live ones.
CREATE INDEX session_tokens_expires_at_idx ON @schema@.session_tokens (expires_at);
-- For the sessions of one user: the newest hundred without a sort, and the oldest ones
-- over a limit. Without revoked sessions, which somebody who signs in again and again
-- leaves behind in any number until they are removed.
CREATE INDEX session_tokens_user_id_idx ON @schema@.session_tokens (user_id, created_at DESC, session_id)
    WHERE revoked_at IS NULL;
-- last_seen_at has no index, so that a touch that changes nothing else is a HOT update.

COMMENT ON TABLE @schema@.session_tokens IS
    'AuthFCGI: one row per session. The view live_sessions has the live ones. Deleting or revoking rows with plain SQL ends the sessions everywhere: triggers notify the workers.';
COMMENT ON COLUMN @schema@.session_tokens.token_hash IS 'SHA-256 of the token. The token itself is not stored.';
COMMENT ON COLUMN @schema@.session_tokens.session_id IS 'Public id of the session; gives no access.';
COMMENT ON COLUMN @schema@.session_tokens.username IS
    'username, groups, name and email are as of the login, or of the last update_user_sessions(). At most 256, 256 and 320 characters; the groups 4096 bytes together.';
COMMENT ON COLUMN @schema@.session_tokens.authenticated_at IS
    'Time of the user''s last authentication: the start of the session, unless the application that created it gave an earlier time.';
COMMENT ON COLUMN @schema@.session_tokens.authentication_methods IS
    'Methods of that authentication: values of RFC 8176 ("amr"), such as pwd, otp, hwk; 1 to 8 values, 128 bytes in all.';
COMMENT ON COLUMN @schema@.session_tokens.last_seen_at IS
    'Last recorded use. Uses are recorded in batches, and not every use is recorded.';
COMMENT ON COLUMN @schema@.session_tokens.expires_at IS
    'Time of expiry that checks compare. With an idle timeout, uses move it forward, never beyond absolute_expires_at; a revocation sets it to the past.';
COMMENT ON COLUMN @schema@.session_tokens.idle_timeout IS
    'The session expires after this time without use, plus session_idle_grace() at most. NULL: only at absolute_expires_at.';
COMMENT ON COLUMN @schema@.session_tokens.label IS 'Purpose of the session as free text of at most 256 characters, such as "backup script".';
COMMENT ON COLUMN @schema@.session_tokens.user_epoch IS
    'user_epochs.epoch at the start of the session, which has ended if this is less than user_epochs.ended_before.';
COMMENT ON COLUMN @schema@.session_tokens.general_epoch IS
    'authfcgi_state.epoch at the start of the session, which has ended if this is less than authfcgi_state.ended_before.';


-- Ending all sessions of a user, or of everybody, writes one row, however many sessions
-- there are: it raises ended_before. Sessions of an earlier epoch have ended from the
-- commit on, for every look-up. Their rows are marked or removed later and in batches,
-- which no end depends on. Epochs are numbers and not times, so that no clock matters.
--
-- A session that is being created meanwhile needs no lock to be ended too: whenever it
-- commits, its epoch is the earlier one.
--
-- To compare each session with this table would cost PostgreSQL a third more for each
-- look-up. Workers do so only while a row says tidied_before < ended_before, which every
-- heartbeat reads. Otherwise the rows of session_tokens alone tell who is signed in:
-- tidied_before promises that no row of an earlier epoch looks live, and that none will.
-- Whoever may make a row look live, session_tokens_keep_ended(), holds the user's row of
-- this table FOR KEY SHARE until the commit. Whoever raises tidied_before locks the row
-- FOR UPDATE, for which nobody waits: if it is held, the promise is for later. Only then
-- are the sessions read. As tidied_before is part of a key, raising it changes the row for
-- those who lock it FOR KEY SHARE after that: none goes by the earlier version.
CREATE TABLE @schema@.user_epochs (
    user_id       text   PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    epoch         bigint NOT NULL DEFAULT 0,
    ended_before  bigint NOT NULL DEFAULT 0,
    kept_hash     bytea  CHECK (octet_length(kept_hash) = 32),
    tidied_before bigint NOT NULL DEFAULT 0,
    -- Else every new session would have ended.
    CHECK (ended_before <= epoch),
    CHECK (tidied_before <= ended_before),
    -- Makes tidied_before part of a key: see above.
    UNIQUE (user_id, tidied_before)
);

-- For comparisons, which then read no row of a user whose sessions were never ended at once.
CREATE INDEX user_epochs_ended_idx ON @schema@.user_epochs (user_id) WHERE ended_before > 0;
-- For the users whose ended sessions are still to be removed.
CREATE INDEX user_epochs_untidied_idx ON @schema@.user_epochs (user_id) WHERE tidied_before < ended_before;

COMMENT ON TABLE @schema@.user_epochs IS
    'AuthFCGI: the epochs of each user. Rows stay, and their numbers only rise: a lower ended_before would revive sessions.';
COMMENT ON COLUMN @schema@.user_epochs.epoch IS
    'Raised whenever all sessions of the user are revoked or changed. A login reads it together with the password hash and is refused if it has changed since, so that no login in progress survives a password change.';
COMMENT ON COLUMN @schema@.user_epochs.ended_before IS
    'Sessions with a lower user_epoch have ended, except the one of kept_hash. To end all sessions of a user, call revoke_user_sessions().';
COMMENT ON COLUMN @schema@.user_epochs.kept_hash IS
    'The token hash of the session that requested the end of the others and stays; NULL for none.';
COMMENT ON COLUMN @schema@.user_epochs.tidied_before IS
    'No session with a lower user_epoch has a row that looks live, nor will have, except the one of kept_hash. Less than ended_before while there may be some: then look-ups cost more, and workers remove the rows. Do not change it.';


-- Secret: with a key anybody can make tags that workers accept.
CREATE TABLE @schema@.session_keys (
    generation integer     PRIMARY KEY,
    key        bytea       NOT NULL DEFAULT @schema@.session_random_bytes() CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE @schema@.session_keys IS
    'AuthFCGI, secret: keys for the tag in a token, which lets workers refuse forged tokens without a query. All keys are accepted; the newest one older than 10 seconds is used for new tokens, so that every worker has read it by then. Deleting a key invalidates the tokens made with it.';

INSERT INTO @schema@.session_keys (generation) VALUES (1);


CREATE TABLE @schema@.session_limits (
    -- Only one row can exist.
    only_row         boolean  PRIMARY KEY DEFAULT true CHECK (only_row),
    default_lifetime interval NOT NULL DEFAULT '24 hours' CHECK (default_lifetime > '0'),
    maximum_lifetime interval NOT NULL DEFAULT '90 days'  CHECK (maximum_lifetime > '0'),
    maximum_sessions integer  NOT NULL DEFAULT 10000      CHECK (maximum_sessions BETWEEN 1 AND 1000000)
);

COMMENT ON TABLE @schema@.session_limits IS
    'AuthFCGI: limits of all new sessions. Operators change them with UPDATE. Do not delete the row.';
COMMENT ON COLUMN @schema@.session_limits.default_lifetime IS
    'Lifetime of a session that is created without one. The program writes its SESSION_LIFETIME here when it starts.';
COMMENT ON COLUMN @schema@.session_limits.maximum_lifetime IS
    'Maximum lifetime of a session, whatever lifetime was requested.';
COMMENT ON COLUMN @schema@.session_limits.maximum_sessions IS
    'Maximum number of live sessions of a user, whatever limit was requested: a new one ends the oldest. As many again may have a label: those are never ended for a new one, which is refused instead.';

INSERT INTO @schema@.session_limits DEFAULT VALUES;


CREATE TABLE @schema@.authfcgi_state (
    -- Only one row can exist.
    only_row          boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch             bigint      NOT NULL DEFAULT 0,
    ended_before      bigint      NOT NULL DEFAULT 0,
    tidied_before     bigint      NOT NULL DEFAULT 0,
    users_compared_at timestamptz NOT NULL DEFAULT '-infinity',
    CHECK (ended_before <= epoch)
);

COMMENT ON TABLE @schema@.authfcgi_state IS
    'AuthFCGI: state that the workers share. The row stays, and its epochs only rise.';
COMMENT ON COLUMN @schema@.authfcgi_state.epoch IS
    'Raised when all sessions of all users are revoked. A login compares the sum of it and of the user''s epoch in user_epochs.';
COMMENT ON COLUMN @schema@.authfcgi_state.ended_before IS
    'Sessions with a lower general_epoch have ended. To end all sessions, call revoke_all_sessions().';
COMMENT ON COLUMN @schema@.authfcgi_state.tidied_before IS
    'No session with a lower general_epoch is left whose row looks live. Less than ended_before while workers have some to remove.';
COMMENT ON COLUMN @schema@.authfcgi_state.users_compared_at IS
    'Time of the last comparison of signed-in users with the users query.';

INSERT INTO @schema@.authfcgi_state DEFAULT VALUES;


-- By the hour, so that costs can be forgotten when such hashes are no longer in use.
CREATE TABLE @schema@.hashing_costs (
    met_in            timestamptz PRIMARY KEY,
    slowest_hash      interval    NOT NULL,
    slowest_hash_byte interval    NOT NULL DEFAULT '0',
    largest_hash      bigint      NOT NULL DEFAULT 0
);

COMMENT ON TABLE @schema@.hashing_costs IS
    'AuthFCGI: highest costs of the password hashes that logins have met in an hour, if they differ from the program''s own: failed logins take at least twice as long as the slowest of the last day. DELETE FROM hashing_costs when such hashes are no longer in use. A row with met_in ''infinity'' counts until it is deleted.';
COMMENT ON COLUMN @schema@.hashing_costs.met_in IS
    'The hour.';
COMMENT ON COLUMN @schema@.hashing_costs.slowest_hash IS
    'Maximum time of a hash with a short password, on the reference machine with which workers compare their speed.';
COMMENT ON COLUMN @schema@.hashing_costs.slowest_hash_byte IS
    'Maximum additional time of a hash for each byte of the password.';
COMMENT ON COLUMN @schema@.hashing_costs.largest_hash IS
    'Maximum memory of a hash, in bytes.';


-- Whatever was met within 24 hours counts: a worker reports a cost once an hour. An hour
-- after the next one comes from a wrong clock.
CREATE VIEW @schema@.recent_hashing_costs AS
    SELECT c.met_in, c.slowest_hash, c.slowest_hash_byte, c.largest_hash
      FROM @schema@.hashing_costs c
     WHERE c.met_in > statement_timestamp() - interval '26 hours'
       AND (c.met_in <= statement_timestamp() + interval '1 hour' OR c.met_in = 'infinity');

COMMENT ON VIEW @schema@.recent_hashing_costs IS
    'AuthFCGI: the rows of hashing_costs that count.';


-- A table of its own, because its row is locked while a batch of sessions is removed, and
-- nothing else may wait for that. See remove_expired_sessions().
CREATE TABLE @schema@.session_cleanup (
    -- Only one row can exist.
    only_row      boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    cleaned_up_at timestamptz NOT NULL DEFAULT '-infinity'
);

COMMENT ON TABLE @schema@.session_cleanup IS
    'AuthFCGI: the time of the last removal of expired and ended sessions; its row is the lock of the process that removes them. Do not delete the row.';
COMMENT ON COLUMN @schema@.session_cleanup.cleaned_up_at IS
    'Time of the last claim: see claim_session_cleanup().';

INSERT INTO @schema@.session_cleanup DEFAULT VALUES;


-- The definition of a live session. It is repeated in two places that need ended sessions
-- too: the look-up of a check, and session_tokens_announce(), which sees only the rows of
-- one statement. statement_timestamp() and not now(), which is the start of a
-- transaction that may be long.
CREATE VIEW @schema@.live_sessions AS
SELECT s.* FROM @schema@.session_tokens s
 WHERE s.revoked_at IS NULL
   AND s.expires_at > statement_timestamp()
   AND s.general_epoch >= (SELECT g.ended_before FROM @schema@.authfcgi_state g)
   AND NOT EXISTS (SELECT FROM @schema@.user_epochs e
                    WHERE e.user_id = s.user_id AND e.ended_before > s.user_epoch AND e.ended_before > 0
                      AND e.kept_hash IS DISTINCT FROM s.token_hash);

COMMENT ON VIEW @schema@.live_sessions IS
    'AuthFCGI: the sessions that are neither ended nor expired at the start of the statement. Reading it needs no rights on session_tokens.';


-- Two spellings of a name are one person's: they are compared without case and in NFC.
-- Lower case of upper case, for letters with two lower-case forms, as the Greek sigma.
-- Both go by a collation. That of the database may be anything, and with C it maps
-- A to Z only, so it is one of those that a server has beside it: first the ones that the
-- update of a library does not change. PL/pgSQL resolves a name when it gets there, so
-- those that a server does not have are no error, and a dump fits every server.
CREATE FUNCTION @schema@.username_key(username text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    composed CONSTANT text := normalize(username_key.username, NFC);
    key      text;
BEGIN
    IF pg_catalog.to_regcollation('pg_catalog.pg_c_utf8') IS NOT NULL THEN          -- PostgreSQL 17
        key := lower(upper(composed COLLATE pg_catalog.pg_c_utf8));
    ELSIF pg_catalog.to_regcollation('pg_catalog."C.utf8"') IS NOT NULL THEN        -- glibc
        key := lower(upper(composed COLLATE pg_catalog."C.utf8"));
    ELSIF pg_catalog.to_regcollation('pg_catalog."C.UTF-8"') IS NOT NULL THEN       -- glibc of before
        key := lower(upper(composed COLLATE pg_catalog."C.UTF-8"));
    ELSIF pg_catalog.to_regcollation('pg_catalog."und-x-icu"') IS NOT NULL THEN     -- ICU
        key := lower(upper(composed COLLATE pg_catalog."und-x-icu"));
    ELSE
        key := lower(upper(composed COLLATE pg_catalog."C"));
    END IF;
    RETURN normalize(key, NFC);
END
$$;

COMMENT ON FUNCTION @schema@.username_key(text) IS
    'AuthFCGI: returns the form in which usernames are compared: NFC, lower case of upper case, by a collation that does not depend on the database''s. On a server without pg_c_utf8, C.utf8 and ICU only A to Z are mapped.';


-- Not called "users": an application in the same schema often has a table of that name.
CREATE TABLE @schema@.authfcgi_users (
    id            text        PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (octet_length(id) BETWEEN 1 AND 255),
    -- The maximum is that of a username in a login.
    username      text        NOT NULL CHECK (octet_length(username) BETWEEN 1 AND 256)
        -- Characters that break a line, change the writing direction or do not show.
        CHECK (username COLLATE "C" !~ $$[\u0001-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]$$)
        CHECK (username = btrim(username)),
    username_key  text        COLLATE "C" NOT NULL UNIQUE
        GENERATED ALWAYS AS (@schema@.username_key(username)) STORED,
    password_hash text        NOT NULL,
    name          text        NOT NULL DEFAULT '' CHECK (char_length(name) <= 256),
    email         text        NOT NULL DEFAULT '' CHECK (char_length(email) <= 320),
    groups        text[]      NOT NULL DEFAULT '{}'
        -- The order of CASE: array_position() is an error for several dimensions.
        CHECK (CASE WHEN coalesce(pg_catalog.array_ndims(groups), 1) <> 1 THEN false
                   ELSE pg_catalog.array_position(groups, NULL) IS NULL
                        AND octet_length(pg_catalog.array_to_string(groups, ',')) <= 4096 END),
    disabled      boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT statement_timestamp()
);

COMMENT ON TABLE @schema@.authfcgi_users IS
    'AuthFCGI: its own users, for applications without users of their own. Deleting or disabling a user, or changing the password hash, ends all sessions of that user. Sessions keep the name, email and groups that they were created with.';
COMMENT ON COLUMN @schema@.authfcgi_users.username IS
    'The name as it was typed. It is compared without case and in NFC: see username_key.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION @schema@.session_random_bytes(), @schema@.username_key(text) FROM PUBLIC;
