extension RedisServer {
    /// Waits until this replica has all data that its primary has at present. A replica that has just joined may
    /// receive nothing for a second.
    package func waitUntilInStep(with primary: RedisServer, within duration: Duration = .seconds(20)) throws {
        let target = try primary.replicationOffset("master_repl_offset")
        try eventually("a replica is in step", within: duration, log: log) {
            // A sentinel cuts all connections of a server that it makes a replica. The server is not synchronised at
            // that time.
            guard (try? replicationFact("master_link_status")) == "up" else { return false }
            return ((try? replicationOffset("slave_repl_offset")) ?? -1) >= target
        }
    }

    /// Waits until the server is a primary or a replica, as the old primary after a failover.
    package func waitUntil(isPrimary: Bool, within duration: Duration = .seconds(20)) throws {
        try eventually("a server is a \(isPrimary ? "primary" : "replica")", within: duration, log: log) {
            (try? self.isPrimary) == isPrimary
        }
    }

    /// A Boolean value that indicates whether the server accepts writes instead of following another server.
    package var isPrimary: Bool {
        get throws { try command("ROLE").hasPrefix("master") }
    }

    private func replicationOffset(_ name: String) throws -> Int {
        guard let offset = try Int(replicationFact(name)) else {
            throw SupportError.unexpected("INFO replication has no \(name)")
        }
        return offset
    }

    /// Returns a value of INFO replication, or an empty text if there is none with that name.
    private func replicationFact(_ name: String) throws -> String {
        let lines = try command("INFO", "replication").split(whereSeparator: \.isNewline)
        return lines.first { $0.hasPrefix("\(name):") }.map { String($0.dropFirst(name.count + 1)) } ?? ""
    }
}
