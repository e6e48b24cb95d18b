-- One process of all that share the database compares who is signed in with the users
-- query, once an interval.

ALTER TABLE session_settings
    ADD COLUMN users_compared_at timestamptz NOT NULL DEFAULT '-infinity';

COMMENT ON COLUMN session_settings.users_compared_at IS
    'When the users who are signed in were last compared with the users query.';
