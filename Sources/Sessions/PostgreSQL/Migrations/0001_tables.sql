-- The tables of AuthFCGI. Every file here runs with search_path set to the schema of
-- the installation, so nothing here names one.
--
-- In all files: functions fix their search_path, temporary objects last. A bare name in
-- a function is a column, a parameter is written with the name of its function. What
-- takes any type (such as unnest) is written with pg_catalog, because a look-alike with
-- the exact type in a schema that others may write to would be preferred to it.
--
-- Until the first release these files are edited in place. From then on a file that was
-- released stays as it is, and a change is a file of the next number.

-- 32 random bytes. gen_random_uuid() draws on the server's strong random source and
-- needs no extension, but gives 122 random bits of 128: four of them through SHA-256
-- give 256.
CREATE FUNCTION session_random_bytes() RETURNS bytea
LANGUAGE sql VOLATILE
SET search_path FROM CURRENT
AS $$
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
               || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

COMMENT ON FUNCTION session_random_bytes() IS 'AuthFCGI, internal: 32 random bytes.';


CREATE TABLE session_tokens (
    token_hash             bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id             uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    user_id                text        NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    username               text        NOT NULL DEFAULT '',
    groups                 text[]      NOT NULL DEFAULT '{}'
        CHECK (pg_catalog.array_position(groups, NULL) IS NULL AND coalesce(pg_catalog.array_ndims(groups), 1) = 1),
    name                   text        NOT NULL DEFAULT '',
    email                  text        NOT NULL DEFAULT '',
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
    label                  text,
    -- A look-up compares expires_at alone; this is what makes that enough.
    CONSTRAINT session_tokens_expiry_within_absolute CHECK (expires_at <= absolute_expires_at)
) WITH (
    -- Room for the next version of a row on its own page: a session is touched
    -- again and again while it lives.
    fillfactor = 85,
    -- Every touch and every clean-up leaves dead rows behind; a fifth of the table,
    -- the default, would be a long wait when there are millions of sessions.
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

-- For the clean-up of what has expired, and for counting what has not.
CREATE INDEX session_tokens_expires_at_idx ON session_tokens (expires_at);
-- For listing and revoking the sessions of one user.
CREATE INDEX session_tokens_user_id_idx ON session_tokens (user_id);
-- last_seen_at has no index on purpose: a touch that changes only that one stays
-- within its page.

COMMENT ON TABLE session_tokens IS
    'AuthFCGI: one row a session. The live ones are those of live_sessions. Deleting or revoking rows with plain SQL ends the sessions everywhere: triggers tell the workers.';
COMMENT ON COLUMN session_tokens.token_hash IS 'SHA-256 of the token. The token itself is stored nowhere.';
COMMENT ON COLUMN session_tokens.session_id IS 'Public name of the session; gives no access.';
COMMENT ON COLUMN session_tokens.username IS
    'username, groups, name and email are what was true at login, or what update_user_sessions() has said since.';
COMMENT ON COLUMN session_tokens.authenticated_at IS
    'When the user last proved who it is; the begin of the session unless it was begun for somebody who had signed in before.';
COMMENT ON COLUMN session_tokens.authentication_methods IS
    'How the user proved it: values of RFC 8176 ("amr"), such as pwd, otp, hwk; 1 to 8 of them, 128 bytes in all.';
COMMENT ON COLUMN session_tokens.last_seen_at IS
    'The last use that was written. Uses are written in batches, and not each of them.';
COMMENT ON COLUMN session_tokens.expires_at IS
    'What a check compares. Use moves it forward (idle timeout), never beyond absolute_expires_at; revoking sets it to the past.';
COMMENT ON COLUMN session_tokens.idle_timeout IS
    'The session ends when it is not used for this long (give or take session_idle_grace()); NULL: only at absolute_expires_at.';
COMMENT ON COLUMN session_tokens.label IS 'Free text for the owner of the session, such as "backup script".';


-- What it means that a session is live is written here, and in two places that need the
-- others as well: the look-up of a check, which answers for ended sessions too, and
-- session_tokens_announce(), which sees no table but the rows of one statement.
-- statement_timestamp(): now() would be the begin of a perhaps long transaction.
CREATE VIEW live_sessions AS
SELECT * FROM session_tokens WHERE revoked_at IS NULL AND expires_at > statement_timestamp();

COMMENT ON VIEW live_sessions IS
    'AuthFCGI: the sessions that are neither revoked nor expired at the moment of the statement. Whoever may read it needs no rights on session_tokens.';


CREATE TABLE user_epochs (
    user_id   text   PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    epoch     bigint NOT NULL DEFAULT 0,
    kept_hash bytea
);

COMMENT ON TABLE user_epochs IS
    'AuthFCGI: epoch is raised whenever all sessions of a user are revoked. A login notes it together with the password it checks and is refused if it has changed since, so that no login in flight outlives a password change. Do not delete rows.';
-- A column and no setting of the transaction: who may write authfcgi_users, and nothing
-- else, must not be able to keep a session alive through it.
COMMENT ON COLUMN user_epochs.kept_hash IS
    'Not data but an argument: by it change_user_password() tells the trigger authfcgi_users_end_sessions() which session stays. Set and cleared within one call, so NULL in every committed row.';


-- Secrets. Who may read them may make tags that workers do not turn away, and values
-- that they believe when Redis has them.
CREATE TABLE session_keys (
    generation integer     PRIMARY KEY,
    key        bytea       NOT NULL DEFAULT session_random_bytes() CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE session_keys IS
    'AuthFCGI, secret: keys of the tag in a token, by which workers turn away invented tokens without asking the database, and of the seal on what they keep in Redis. All keys are accepted; the newest one that is older than 10 seconds is used for new tokens, so that every worker has read it by then. Deleting a key makes the tokens made with it invalid.';

INSERT INTO session_keys (generation) VALUES (1);


CREATE TABLE session_limits (
    -- Only one row can exist.
    only_row         boolean  PRIMARY KEY DEFAULT true CHECK (only_row),
    default_lifetime interval NOT NULL DEFAULT '24 hours' CHECK (default_lifetime > '0'),
    maximum_lifetime interval NOT NULL DEFAULT '90 days'  CHECK (maximum_lifetime > '0')
);

COMMENT ON TABLE session_limits IS
    'AuthFCGI: limits that hold for every new session, whoever makes it: for operators to change, by UPDATE. Do not delete the row.';
COMMENT ON COLUMN session_limits.default_lifetime IS
    'How long a session lasts that is begun without saying so. The program writes its SESSION_LIFETIME here when it starts.';
COMMENT ON COLUMN session_limits.maximum_lifetime IS
    'No session lasts longer, whatever was asked for.';

INSERT INTO session_limits DEFAULT VALUES;


CREATE TABLE authfcgi_state (
    -- Only one row can exist.
    only_row          boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch             bigint      NOT NULL DEFAULT 0,
    cleaned_up_at     timestamptz NOT NULL DEFAULT '-infinity',
    users_compared_at timestamptz NOT NULL DEFAULT '-infinity',
    slowest_hash      interval,
    slowest_hash_byte interval,
    largest_hash      bigint
);

COMMENT ON TABLE authfcgi_state IS
    'AuthFCGI: what all workers share and write for themselves. Do not delete the row.';
COMMENT ON COLUMN authfcgi_state.epoch IS
    'Raised when all sessions of everybody are ended. A login compares the sum of it and of the user''s epoch in user_epochs.';
COMMENT ON COLUMN authfcgi_state.cleaned_up_at IS
    'When expired sessions were last removed: see claim_session_cleanup().';
COMMENT ON COLUMN authfcgi_state.users_compared_at IS
    'When the users who are signed in were last compared with the users query.';
COMMENT ON COLUMN authfcgi_state.slowest_hash IS
    'What the slowest password hash costs that a login was ever tried with, or that USERS_PRESET lets expect, with a short password, in seconds of a machine that workers compare themselves with: failed logins take at least twice as long. Set it to NULL when such hashes are no longer in use.';
COMMENT ON COLUMN authfcgi_state.slowest_hash_byte IS
    'How much more a password hash costs at most with each byte of the password. Counts where slowest_hash is set.';
COMMENT ON COLUMN authfcgi_state.largest_hash IS
    'How many bytes of memory a password hash takes at most. Counts where slowest_hash is set.';

INSERT INTO authfcgi_state DEFAULT VALUES;


-- Not called "users": the application next to us very often has a table of that name.
CREATE TABLE authfcgi_users (
    id            text        PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (octet_length(id) BETWEEN 1 AND 255),
    -- As many bytes as a login takes.
    username      text        NOT NULL UNIQUE CHECK (octet_length(username) BETWEEN 1 AND 256),
    password_hash text        NOT NULL,
    name          text        NOT NULL DEFAULT '',
    email         text        NOT NULL DEFAULT '',
    groups        text[]      NOT NULL DEFAULT '{}'
        CHECK (pg_catalog.array_position(groups, NULL) IS NULL AND coalesce(pg_catalog.array_ndims(groups), 1) = 1),
    disabled      boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT statement_timestamp()
);

COMMENT ON TABLE authfcgi_users IS
    'AuthFCGI: its own users, for stacks that bring none. Deleting or disabling a user, or changing the password hash, ends all sessions of that user. Sessions keep the name, email and groups they began with.';


-- In the transaction that makes it: PUBLIC may execute a new function by default.
REVOKE ALL ON FUNCTION session_random_bytes() FROM PUBLIC;
