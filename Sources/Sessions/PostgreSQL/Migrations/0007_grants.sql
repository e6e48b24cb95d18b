-- Applications may call the functions they need as members of a role:
--     GRANT authfcgi_mint TO my_application;
-- Its members can create and end sessions of any user; those who own a table of users can
-- watch it. Roles belong to the whole server, not to
-- a database: on a shared server, check who is a member.
--
-- Creating the role needs CREATEROLE. Without it the migration continues and names the
-- statements that an administrator has to run. AuthFCGI itself needs no such role.

DO $$
DECLARE
    home       CONSTANT text := $schema$@schema@$schema$;
    usage      CONSTANT text := 'GRANT USAGE ON SCHEMA ' || home || ' TO authfcgi_mint;';
    signature  text;
    grants     text := '';
    present    boolean;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'authfcgi_unwatch_users(regclass)',
        'authfcgi_watch_users(regclass, name, name, text)',
        'authfcgi_watched_users_end_sessions()',
        'authfcgi_watched_users_find()',
        'create_access_token(text, text, text[], text, text, interval, text, timestamptz, text[])',
        'get_user_from_token(text)',
        'get_user_from_token_hash(bytea)',
        'revoke_access_token(text)',
        'revoke_access_token_hash(bytea)',
        'revoke_session(uuid, text)',
        'revoke_user_sessions(text, bytea)',
        'session_token_hash(text)',
        'update_user_sessions(text, text, text[], text, text)'
    ] LOOP
        grants := grants || 'GRANT EXECUTE ON FUNCTION ' || home || '.' || signature
               || ' TO authfcgi_mint;' || chr(10);
    END LOOP;

    present := EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = 'authfcgi_mint');
    IF NOT present THEN
        BEGIN
            CREATE ROLE authfcgi_mint NOLOGIN;
            present := true;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                present := true;    -- created by another installation at the same time
            WHEN insufficient_privilege THEN
                RAISE WARNING 'the role authfcgi_mint does not exist and % may not create it', current_user
                    USING DETAIL = 'AuthFCGI works without it. Applications that call its SQL functions need it.',
                          HINT = pg_catalog.concat('An administrator runs, in this database:', chr(10),
                              'CREATE ROLE authfcgi_mint NOLOGIN;', chr(10), usage, chr(10), grants);
        END;
    END IF;
    IF NOT present THEN
        RETURN;
    END IF;

    BEGIN
        EXECUTE grants;
    EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
        RAISE WARNING 'could not grant the functions to authfcgi_mint: %', SQLERRM
            USING HINT = pg_catalog.concat('An administrator runs, in this database:', chr(10), grants);
    END;

    -- In a schema of another owner (mostly public) every role has USAGE already, and
    -- granting it again would be refused.
    IF NOT has_schema_privilege('authfcgi_mint', home::regnamespace, 'USAGE') THEN
        BEGIN
            EXECUTE usage;
        EXCEPTION WHEN insufficient_privilege OR undefined_object THEN
            NULL;   -- reported below: without a grant option there may be no error
        END;
        IF NOT has_schema_privilege('authfcgi_mint', home::regnamespace, 'USAGE') THEN
            RAISE WARNING 'members of authfcgi_mint cannot use the schema %', home
                USING HINT = 'An administrator runs, in this database: ' || usage;
        END IF;
    END IF;
END
$$;
