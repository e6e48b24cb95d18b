-- New here: PL/pgSQL, which keeps its plans for a connection. A function in SQL is planned
-- at each call, and a login calls these some fifteen times: it took half a millisecond more.

CREATE OR REPLACE FUNCTION login_throttle_key(kind text, value bytea) RETURNS bytea
LANGUAGE plpgsql STABLE STRICT
SET search_path FROM CURRENT
AS $$
DECLARE
    secret CONSTANT bytea := (SELECT g.throttle_key FROM session_settings g);
BEGIN
    -- Twice, as in HMAC: by one SHA-256 alone a longer value's hash could be had without the key.
    RETURN sha256(secret || sha256(
               secret || convert_to(login_throttle_key.kind || ':', 'UTF8') || login_throttle_key.value));
END
$$;


-- Later than an hour from now: the clock was wrong, and would stop the key for as long.
CREATE OR REPLACE FUNCTION login_throttle_recent(failed_at timestamptz[], moment timestamptz) RETURNS timestamptz[]
LANGUAGE plpgsql STABLE STRICT
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT f.at
          FROM pg_catalog.unnest(login_throttle_recent.failed_at) AS f (at)
         WHERE f.at > login_throttle_recent.moment - interval '1 hour'
           AND f.at < login_throttle_recent.moment + interval '1 hour'
         ORDER BY f.at);
END
$$;


CREATE OR REPLACE FUNCTION login_throttle_next(recent timestamptz[], free integer, most integer) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    failures CONSTANT integer := pg_catalog.cardinality(login_throttle_next.recent);
BEGIN
    RETURN greatest(
        CASE WHEN failures >= login_throttle_next.free
             THEN login_throttle_next.recent[failures] + interval '1 second'
                  * least(30, 2::double precision ^ least(10, failures - login_throttle_next.free)) END,
        -- So many of the oldest must have passed that there is room for one.
        CASE WHEN failures >= login_throttle_next.most
             THEN login_throttle_next.recent[failures - login_throttle_next.most + 1] + interval '1 hour' END);
END
$$;


CREATE OR REPLACE FUNCTION lock_login_throttle(key bytea) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(pg_catalog.hashtextextended(
                'authfcgi login throttle ' || encode(lock_login_throttle.key, 'hex'), 0));
END
$$;
