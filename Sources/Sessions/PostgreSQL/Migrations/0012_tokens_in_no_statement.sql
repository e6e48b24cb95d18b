-- A token stands in no statement that these functions run. What runs a statement can be told
-- to log it with its values: auto_explain with log_nested_statements and log_verbose, pgaudit
-- with log_parameter. What PL/pgSQL computes by itself passes none of them: an assignment or a
-- RETURN without SELECT, of functions that are not written in SQL.

CREATE OR REPLACE FUNCTION session_token_hash(token text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN sha256(convert_to(session_token_hash.token, 'UTF8'));
END
$$;


-- New here: create_session() is given a hash that was computed before.
CREATE OR REPLACE FUNCTION create_access_token(
    user_id  text,
    username text     DEFAULT NULL,
    groups   text[]   DEFAULT '{}',
    name     text     DEFAULT '',
    email    text     DEFAULT '',
    lifetime interval DEFAULT NULL,
    label    text     DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    tag_key bytea;
    random  bytea := session_random_bytes();
    token   text;
    hash    bytea;
BEGIN
    -- A key younger than this may not have reached every worker yet.
    SELECT k.key INTO tag_key
      FROM session_keys k
     WHERE k.created_at <= statement_timestamp() - interval '10 seconds'
     ORDER BY k.generation DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT k.key INTO tag_key FROM session_keys k ORDER BY k.generation LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session_keys has no row'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT rotate_session_key();';
    END IF;

    -- 40 bytes: 54 digits without padding, 58 characters in all.
    token := 'afs_' || translate(
        encode(random || substr(sha256(tag_key || random), 1, 8), 'base64'), '+/=', '-_');
    hash := session_token_hash(token);

    PERFORM create_session(
        token_hash => hash,
        user_id    => create_access_token.user_id,
        username   => coalesce(create_access_token.username, create_access_token.user_id),
        groups     => create_access_token.groups,
        name       => create_access_token.name,
        email      => create_access_token.email,
        lifetime   => create_access_token.lifetime,
        client_ip  => NULL::inet,
        user_agent => NULL::text,
        label      => create_access_token.label,
        epoch      => NULL::bigint);
    RETURN token;
END
$$;
