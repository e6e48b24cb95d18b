-- How the triggers reach the workers. Every role that may connect to a database may NOTIFY
-- on any channel there. And the whole server has one queue of notifications: a session
-- that listens anywhere and stays in a transaction prevents the queue from being emptied,
-- and once it is full, every COMMIT with a NOTIFY fails. Therefore
--   * the name of the channel is a secret: strangers notify nobody;
--   * no revocation needs the queue. When it is full up to queue_limit, triggers count
--     the revocation in unannounced_revocations instead, in the same transaction.
--
-- The COMMIT of each transaction with a NOTIFY also takes one lock of the whole server, for
-- which notifications in other databases wait too. It is an exclusive lock on the object 0 of
-- pg_database, held until the transaction has written all its notifications and is durable,
-- on a synchronous standby too. Triggers also count while somebody has waited for it for more
-- than a tenth of a second, and when authfcgi.counting_since says so: the gate sets it, and
-- repeats what has waited for the lock in vain.
--
-- Workers read the sum of these counters with every heartbeat. A worker uses what it keeps
-- only within REVOCATION_DELAY of the sending of the last heartbeat that was answered
-- (its lease). So after that time from the commit, each worker has either seen the greater sum,
-- and then keeps nothing of the time before, or has no lease.
--
-- Counting costs more than a notification: workers drop all that they keep.
--
-- Who begins to listen may have to read the whole queue first, which takes 5 seconds for
-- 8 GB. So above a tenth of queue_limit no worker begins, and until then it keeps nothing.

CREATE TABLE @schema@.session_channel (
    -- Only one row can exist.
    only_row    boolean          PRIMARY KEY DEFAULT true CHECK (only_row),
    channel     text             NOT NULL
        DEFAULT 'authfcgi_' || substr(encode(@schema@.session_random_bytes(), 'hex'), 1, 48)
        CHECK (octet_length(channel) BETWEEN 1 AND 63),
    queue_limit double precision NOT NULL DEFAULT 0.5
);

COMMENT ON TABLE @schema@.session_channel IS
    'AuthFCGI, secret: the channel on which workers are notified of revocations. Do not delete the row.';
COMMENT ON COLUMN @schema@.session_channel.channel IS
    'Name of the channel. Who knows it can make workers query the database again and again, but end no session and start none. Change it only while no worker runs.';
COMMENT ON COLUMN @schema@.session_channel.queue_limit IS
    'Part of PostgreSQL''s notification queue, from 0 to 1, from which on revocations are not notified but counted in unannounced_revocations, which workers read with each heartbeat.';

INSERT INTO @schema@.session_channel DEFAULT VALUES;


CREATE TABLE @schema@.unannounced_revocations (
    slot        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revocations bigint  NOT NULL DEFAULT 1
) WITH (fillfactor = 50);

COMMENT ON TABLE @schema@.unannounced_revocations IS
    'AuthFCGI: the number of transactions that revoked sessions without a notification, because the notification queue was too full or other sessions'' notifications held up commits. It is the sum of the rows, so that two such transactions need not wait for each other.';


CREATE FUNCTION @schema@.announce_revocations(payloads text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    target text;
    payload text;
    -- A time in seconds since 1970. It holds for ten seconds, so that nobody has to unset it.
    counting_since CONSTANT double precision := nullif(current_setting('authfcgi.counting_since', true), '')::double precision;
BEGIN
    IF pg_catalog.cardinality(announce_revocations.payloads) = 0 THEN
        RETURN;
    END IF;
    -- Before PostgreSQL 14 nothing tells for how long somebody has waited, so anybody who
    -- waits counts.
    IF counting_since IS NULL
       OR counting_since < pg_catalog.date_part('epoch', clock_timestamp()) - 10::double precision THEN
        SELECT c.channel INTO target
          FROM @schema@.session_channel c
         WHERE pg_catalog.pg_notification_queue_usage() < c.queue_limit
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks l
                            WHERE l.locktype = 'object'
                              AND l.database = 0::oid
                              AND l.classid = 'pg_catalog.pg_database'::regclass
                              AND l.objid = 0::oid
                              AND NOT l.granted
                              AND ((pg_catalog.to_jsonb(l) ->> 'waitstart')::timestamptz
                                   < clock_timestamp() - interval '100 milliseconds') IS NOT FALSE);
    END IF;
    IF target IS NOT NULL THEN
        FOREACH payload IN ARRAY announce_revocations.payloads LOOP
            PERFORM pg_catalog.pg_notify(target, payload);
        END LOOP;
        RETURN;
    END IF;

    -- A row that another transaction holds is skipped: waiting for it could be a deadlock,
    -- since this one holds rows of sessions. A snapshot of the whole transaction would make the
    -- UPDATE fail if another one has changed the row meanwhile.
    IF pg_catalog.current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        UPDATE @schema@.unannounced_revocations u
           SET revocations = u.revocations + 1
         WHERE u.slot = (SELECT s.slot
                           FROM @schema@.unannounced_revocations s
                          ORDER BY s.slot
                          LIMIT 1
                            FOR NO KEY UPDATE SKIP LOCKED);
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO @schema@.unannounced_revocations DEFAULT VALUES;
END
$$;

COMMENT ON FUNCTION @schema@.announce_revocations(text[]) IS
    'AuthFCGI, internal: notifies the workers with these payloads, or counts the revocation if the notification queue is too full, if other sessions'' notifications hold up commits, or if authfcgi.counting_since says so.';


CREATE FUNCTION @schema@.may_listen_for_revocations() RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((SELECT pg_catalog.pg_notification_queue_usage() < c.queue_limit / 10::double precision
                       FROM @schema@.session_channel c), false);
END
$$;

COMMENT ON FUNCTION @schema@.may_listen_for_revocations() IS
    'AuthFCGI, internal: returns whether the notification queue is so empty that a connection can begin to listen.';


-- The count is that of a moment before the first heartbeat, so that a worker misses none.
CREATE FUNCTION @schema@.listen_for_revocations() RETURNS bigint
LANGUAGE plpgsql VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT @schema@.may_listen_for_revocations() THEN
        RETURN NULL;
    END IF;
    EXECUTE (SELECT pg_catalog.format('LISTEN %I', c.channel) FROM @schema@.session_channel c);
    RETURN (SELECT coalesce(sum(u.revocations)::bigint, 0::bigint) FROM @schema@.unannounced_revocations u);
END
$$;

COMMENT ON FUNCTION @schema@.listen_for_revocations() IS
    'AuthFCGI, internal: makes the connection listen to revocations, and returns the number of those without a notification. NULL, without listening, if the notification queue is too full.';


CREATE FUNCTION @schema@.notification_state(
    OUT is_listening   boolean,
    OUT may_listen     boolean,
    OUT unannounced    bigint,
    OUT queue_percent  integer,
    OUT oldest_process integer
)
LANGUAGE plpgsql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    is_listening := EXISTS (SELECT FROM @schema@.session_channel c
                             WHERE c.channel IN (SELECT pg_catalog.pg_listening_channels()));
    may_listen := @schema@.may_listen_for_revocations();
    unannounced := (SELECT coalesce(sum(u.revocations)::bigint, 0::bigint) FROM @schema@.unannounced_revocations u);
    queue_percent := floor(pg_catalog.pg_notification_queue_usage() * 100::double precision)::integer;
    -- PostgreSQL does not tell who is the last to read the queue. It is somebody in a
    -- transaction. The time is NULL where the owner of the tables may not see it.
    IF queue_percent >= 10 THEN
        oldest_process := (SELECT a.pid
                             FROM pg_catalog.pg_stat_activity a
                            WHERE a.xact_start IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
                            ORDER BY a.xact_start
                            LIMIT 1);
    END IF;
END
$$;

COMMENT ON FUNCTION @schema@.notification_state() IS
    'AuthFCGI, internal: returns whether the connection listens to revocations, whether it could begin to, the number of those without a notification, how full the notification queue is, and from 10 percent on the process with the oldest transaction.';


-- In the same transaction: by default PUBLIC may execute a new function.
REVOKE ALL ON FUNCTION
    @schema@.announce_revocations(text[]),
    @schema@.may_listen_for_revocations(),
    @schema@.listen_for_revocations(),
    @schema@.notification_state()
FROM PUBLIC;
