extension TokenKeys {
    /// The rows of ``Statements/heartbeat``.
    init(heartbeat result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
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
        self = keys
    }
}
