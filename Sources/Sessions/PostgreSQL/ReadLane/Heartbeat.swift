/// What the server says about itself each time it is asked whether it is still there.
struct Heartbeat: Sendable {
    let keys: TokenKeys
    /// The database's clock.
    let clock: DatabaseInstant
    let origin: ServerIncarnation
    /// The process that answers; behind a pooler it is not the one that the connection was opened to.
    let backend: Int32
    /// Whether that process listens to ``Revocation/channel``.
    let isListening: Bool

    /// Reads the rows of ``Statements/heartbeat``.
    init(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        var accepted: [TokenKey] = []
        var minting: Int?
        for row in 0..<result.rowCount {
            guard !result.isTrue(row, 3) else { throw .connection("the server has become a standby") }
            guard let generation = result.binaryInteger(row, 0) else { throw .confusion("a key cannot be read") }
            let bytes = unsafe result.withBytes(row, 1) { bytes in unsafe Array(bytes) }
            accepted.append(TokenKey(generation: Int(generation), bytes: bytes))
            if result.isTrue(row, 2) { minting = Int(generation) }
        }
        guard let minting, let keys = TokenKeys(accepted: accepted, minting: minting) else {
            throw .connection("the table session_keys is empty; run 'SELECT rotate_session_key()'")
        }
        guard let clock = result.binaryInteger(0, 4), let started = result.binaryInteger(0, 5),
            let backend = result.binaryInteger(0, 6)
        else { throw .confusion("a heartbeat cannot be read") }
        self.keys = keys
        self.clock = DatabaseInstant(microseconds: clock)
        origin = ServerIncarnation(startedAt: DatabaseInstant(microseconds: started))
        self.backend = Int32(truncatingIfNeeded: backend)
        isListening = result.isTrue(0, 7)
    }
}
