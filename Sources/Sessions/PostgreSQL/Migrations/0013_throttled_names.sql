-- New here: blanks at either end, which some users queries cut off. A name and its twin
-- with a blank are then throttled together also when nobody has it.
CREATE OR REPLACE FUNCTION login_throttle_name(username text) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SET search_path FROM CURRENT
AS $$
DECLARE
    trimmed CONSTANT text := btrim(login_throttle_name.username, E' \t\n\x0b\f\r');
BEGIN
    IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN    -- normalize() knows no other
        RETURN convert_to(lower(trimmed), 'UTF8');
    END IF;
    RETURN convert_to(lower(normalize(trimmed, NFKC)), 'UTF8');
END
$$;

COMMENT ON FUNCTION login_throttle_name(text) IS
    'AuthFCGI, internal: a user name without what people do not see as a difference: letters in NFKC and lower case, no blanks around them.';
