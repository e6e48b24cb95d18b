/// The server's answer to a heartbeat: its identity, its clock, the keys, the state of notifications, and the epochs.
struct Heartbeat: Sendable {
    let keys: TokenKeys
    /// The database's clock.
    let clock: DatabaseInstant
    let origin: ServerIncarnation
    /// The process id of the backend. Behind a pooler it is not the one that the connection was opened to.
    let backend: Int32
    let notifications: NotificationState
    /// The keys of seals, as ``SealKeys`` reads them; nil if there are none.
    let sealKeys: [UInt8]?
    /// A Boolean value that indicates whether a new key of seals should be made.
    let needsSealKey: Bool
    /// Sessions with a lower general epoch have ended.
    let endedBefore: Int64
    /// A Boolean value that indicates whether the rows of a user's sessions may look live although all of them have ended.
    let hasUntidiedUsers: Bool
}

/// The statement of a heartbeat, and its rows.
extension Heartbeat {
    /// Returns the statement: a row for each token key, with the state of the server in each. Keys mint tokens once they
    /// are old enough for every worker to have read them: the newest of these does, or else the first key.
    static func sql(in schema: Schema) -> String {
        """
        SELECT generation, key, \
        generation = coalesce(max(generation) FILTER (WHERE created_at <= statement_timestamp() - interval '10 seconds') \
        OVER (), min(generation) OVER ()) AS mints, pg_is_in_recovery() AS is_standby, \
        statement_timestamp() AS clock, pg_postmaster_start_time() AS started_at, pg_backend_pid() AS backend, \
        \(NotificationState.columns("notified")), sealed.keys AS seal_keys, sealed.is_due AS needs_seal_key, \
        (SELECT g.ended_before FROM \(schema)authfcgi_state g) AS ended_before, \
        (SELECT \(schema)has_untidied_users()) AS has_untidied_users \
        FROM \(schema)session_keys CROSS JOIN \(schema)notification_state() notified \
        CROSS JOIN \(schema)current_redis_seal_keys() sealed
        """
    }

    /// Reads the rows of ``sql(in:)`` in binary form.
    /// - Throws: ``PostgreSQLError`` if the server is a standby, whose data may be out of date, if there are no keys or no
    ///   state, or if a value cannot be read.
    init(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        let (generation, key) = (try result.column("generation"), try result.column("key"))
        let (mints, isStandby) = (try result.column("mints"), try result.column("is_standby"))
        var accepted: [TokenKey] = []
        var minting: Int?
        for row in 0..<result.rowCount {
            guard !result.isTrue(row, isStandby) else { throw .connection("the server has become a standby") }
            guard let generation = result.binaryInteger(row, generation) else {
                throw .confusion("a key cannot be read")
            }
            let bytes = unsafe result.withBytes(row, key) { bytes in unsafe Array(bytes) }
            accepted.append(TokenKey(generation: Int(generation), bytes: bytes))
            if result.isTrue(row, mints) { minting = Int(generation) }
        }
        guard let minting, let keys = TokenKeys(accepted: accepted, minting: minting) else {
            throw .connection("the table session_keys is empty; run 'SELECT rotate_session_key()'")
        }
        guard let clock = result.binaryInteger(0, try result.column("clock")),
            let started = result.binaryInteger(0, try result.column("started_at")),
            let backend = result.binaryInteger(0, try result.column("backend"))
        else { throw .confusion("a heartbeat cannot be read") }
        guard let endedBefore = result.binaryInteger(0, try result.column("ended_before")) else {
            throw .notReady("the table authfcgi_state has lost its row: run authfcgi migrate")
        }
        self.keys = keys
        self.clock = DatabaseInstant(microseconds: clock)
        origin = ServerIncarnation(startedAt: DatabaseInstant(microseconds: started))
        self.backend = Int32(truncatingIfNeeded: backend)
        notifications = try NotificationState(result)
        let sealKeys = try result.column("seal_keys")
        self.sealKeys =
            result.isNull(0, sealKeys) ? nil : unsafe result.withBytes(0, sealKeys) { bytes in unsafe Array(bytes) }
        needsSealKey = result.isTrue(0, try result.column("needs_seal_key"))
        self.endedBefore = endedBefore
        hasUntidiedUsers = result.isTrue(0, try result.column("has_untidied_users"))
    }
}
