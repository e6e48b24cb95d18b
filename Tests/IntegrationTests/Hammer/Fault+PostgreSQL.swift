import TestSupport

extension Fault {
    /// What can happen to PostgreSQL itself.
    static func ofPostgreSQL(_ site: BreakableSite) -> [Fault] {
        let server = site.postgreSQL
        return [
            Fault(name: "a backend is terminated") { random in
                let place = Int.random(in: 0..<1000, using: &random)
                return try server.psql(
                    """
                    WITH backends AS (
                        SELECT pid, row_number() OVER (ORDER BY pid) AS number, count(*) OVER () AS count
                          FROM pg_stat_activity WHERE application_name LIKE 'authfcgi%' AND pid <> pg_backend_pid())
                    SELECT 'process ' || pid || ', ' || pg_terminate_backend(pid)
                      FROM backends WHERE number = 1 + \(place) % count
                    """)
            },
            Fault(name: "PostgreSQL is frozen", silencesPostgreSQL: true) { random in
                let time = random.milliseconds(200...1900)
                defer { server.resume() }
                try server.pause()
                sleepThread(for: time)
                return "for \(time)"
            },
            Fault(name: "PostgreSQL crashes and starts again", silencesPostgreSQL: true) { random in
                let time = random.chance(0.5) ? .zero : random.milliseconds(0...1500)
                try server.stop(mode: .immediate)
                sleepThread(for: time)
                try server.start()
                return "after \(time)"
            },
            Fault(name: "garbage is notified") { random in
                let payload = garbage(&random)
                try server.psql("SELECT pg_notify(channel, \(GateProcess.quoted(payload))) FROM session_channel")
                return String(payload.prefix(40))
            },
            Fault(name: "there is a flood of notifications") { random in
                let (transactions, isKnown) = (Int.random(in: 1...3, using: &random), random.chance(0.5))
                let payload = GateProcess.quoted(
                    "h:" + [String](repeating: hex(&random), count: 119).joined(separator: ","))
                for _ in 0..<transactions {
                    try server.psql(
                        """
                        SELECT count(pg_notify(\(isKnown ? "channel" : "'authfcgi_revoked'"), \(payload) || substr(',', 1, i % 2) || i))
                        FROM session_channel, generate_series(1, 1000) i
                        """)
                }
                return "\(transactions) transactions, \(isKnown ? "on the workers' channel" : "on another channel")"
            },
            Fault(name: "the notification queue is too full") { random in
                let time = random.milliseconds(300...1500)
                defer { _ = try? server.psql("UPDATE session_channel SET queue_limit = 0.5") }
                try server.psql("UPDATE session_channel SET queue_limit = 0")
                sleepThread(for: time)
                return "for \(time)"
            },
        ]
    }

    /// What nobody of ours sends, and what somebody else might send in our name, for sessions that live.
    private static func garbage(_ random: inout SeededGenerator) -> String {
        func text(_ count: Int) -> String {
            String((0..<count).map { _ in Character(UnicodeScalar(UInt8.random(in: 32...126, using: &random))) })
        }
        let hex = hex(&random)
        let payloads = [
            "", "h:", "c:", "u:", "h:\(hex.dropLast())", "h:\(hex),", "c:\(hex),\(hex)", "u:user-3", "*", "ü\u{1F511}",
            text(7999), text(Int.random(in: 1...200, using: &random)), "h:" + text(64),
        ]
        return payloads.randomElement(using: &random) ?? ""
    }

    private static func hex(_ random: inout SeededGenerator) -> String {
        (0..<64).map { _ in String(Int.random(in: 0..<16, using: &random), radix: 16) }.joined()
    }
}
