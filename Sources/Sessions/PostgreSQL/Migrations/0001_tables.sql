-- The tables of AuthFCGI. Each statement runs with search_path set to the schema
-- of the installation, so nothing here names one.

CREATE TABLE session_tokens (
    token_hash          bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    session_id          uuid        NOT NULL DEFAULT gen_random_uuid(),
    user_id             text        NOT NULL CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    username            text        NOT NULL DEFAULT '',
    groups              text[]      NOT NULL DEFAULT '{}'
        CHECK (array_position(groups, NULL) IS NULL AND coalesce(array_ndims(groups), 1) = 1),
    name                text        NOT NULL DEFAULT '',
    email               text        NOT NULL DEFAULT '',
    created_at          timestamptz NOT NULL DEFAULT statement_timestamp(),
    last_seen_at        timestamptz NOT NULL DEFAULT statement_timestamp(),
    expires_at          timestamptz NOT NULL,
    absolute_expires_at timestamptz NOT NULL,
    revoked_at          timestamptz,
    client_ip           inet,
    user_agent          text,
    label               text,
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
    'AuthFCGI: one row a session. Live means revoked_at IS NULL AND expires_at > now(). Deleting or revoking rows with plain SQL ends the sessions everywhere: triggers tell the workers.';
COMMENT ON COLUMN session_tokens.token_hash IS 'SHA-256 of the token. The token itself is stored nowhere.';
COMMENT ON COLUMN session_tokens.session_id IS 'Public name of the session; gives no access.';
COMMENT ON COLUMN session_tokens.username IS 'username, groups, name and email are what was true at login.';
COMMENT ON COLUMN session_tokens.expires_at IS 'What a check compares. Use moves it forward (idle timeout), never beyond absolute_expires_at; revoking sets it to the past.';
COMMENT ON COLUMN session_tokens.label IS 'Free text for the owner of the session, such as "backup script".';

CREATE TABLE session_users (
    user_id text   PRIMARY KEY CHECK (octet_length(user_id) BETWEEN 1 AND 255),
    epoch   bigint NOT NULL DEFAULT 0
);

COMMENT ON TABLE session_users IS
    'AuthFCGI: epoch is raised whenever all sessions of a user are revoked. A login notes it together with the password it checks and is refused if it has changed since, so that no login in flight outlives a password change. Do not delete rows.';

CREATE TABLE session_keys (
    generation integer     PRIMARY KEY,
    key        bytea       NOT NULL CHECK (octet_length(key) = 32),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE session_keys IS
    'AuthFCGI: keys of the tag in a token, by which workers turn away invented tokens without asking the database. All keys are accepted; the newest one that is older than 10 seconds is used for new tokens, so that every worker has read it by then. Deleting a key makes the tokens made with it invalid.';

-- gen_random_uuid() draws on the server's strong random source and needs no
-- extension, but gives 122 random bits of 128: four of them through SHA-256 give
-- a full 256-bit key.
INSERT INTO session_keys (generation, key)
VALUES (1, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
               || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

CREATE TABLE session_settings (
    -- Only one row can exist.
    only_row         boolean  PRIMARY KEY DEFAULT true CHECK (only_row),
    default_lifetime interval NOT NULL DEFAULT '24 hours' CHECK (default_lifetime > '0'),
    maximum_lifetime interval NOT NULL DEFAULT '90 days'  CHECK (maximum_lifetime > '0')
);

COMMENT ON TABLE session_settings IS
    'AuthFCGI: limits that hold for every new session, whoever makes it. No session lasts longer than maximum_lifetime, whatever was asked for.';

INSERT INTO session_settings DEFAULT VALUES;

-- Not called "users": the application next to us very often has a table of that name.
CREATE TABLE authfcgi_users (
    id            text        PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (octet_length(id) BETWEEN 1 AND 255),
    username      text        NOT NULL UNIQUE CHECK (octet_length(username) BETWEEN 1 AND 255),
    password_hash text        NOT NULL,
    name          text        NOT NULL DEFAULT '',
    email         text        NOT NULL DEFAULT '',
    groups        text[]      NOT NULL DEFAULT '{}'
        CHECK (array_position(groups, NULL) IS NULL AND coalesce(array_ndims(groups), 1) = 1),
    disabled      boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT statement_timestamp(),
    updated_at    timestamptz NOT NULL DEFAULT statement_timestamp()
);

COMMENT ON TABLE authfcgi_users IS
    'AuthFCGI: its own users, for stacks that bring none. Deleting or disabling a user, or changing the password hash, ends all sessions of that user. Sessions keep the name, email and groups they began with.';
