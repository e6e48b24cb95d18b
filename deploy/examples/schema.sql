-- Users that an application keeps for itself, and what its role may do. Once, by a superuser, in the gate's database
-- and after `authfcgi migrate`:
--     psql --dbname=app --file=schema.sql

CREATE TABLE app_users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username      text   NOT NULL UNIQUE,
    password_hash text   NOT NULL,
    groups        text[] NOT NULL DEFAULT '{}'
);

-- The role that the application connects as: its own table, the gate's functions, and, to show users their sessions, when
-- a session began and whose it is. The hashes of tokens, and the gate's tables, are none of its business.
CREATE ROLE app LOGIN;
GRANT SELECT ON app_users TO app;
GRANT authfcgi_mint TO app;
GRANT SELECT (session_id, user_id, created_at, expires_at) ON live_sessions TO app;

-- PostgreSQL does not write this role's bound parameters into its log, whatever it logs otherwise. The examples bind no
-- token; what calls get_user_from_token() or revoke_access_token() does. README.md beside this file says more.
ALTER ROLE app SET log_parameter_max_length = 0;
ALTER ROLE app SET log_parameter_max_length_on_error = 0;
