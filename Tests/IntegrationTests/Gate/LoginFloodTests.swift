import TestSupport
import Testing

/// A hundred connections of one address, or of one IPv6 site, that flood the gate, and people at addresses of their own, while
/// somebody else signs in again and again. It measures times.
@Suite(.serialized) struct LoginFloodTests {
    enum Flood: CaseIterable {
        case wrongPasswords
        case manyNames
        case wrongPasswordsOfTheOwner
        case passwordChanges
        case logouts
        case lists
        /// From the networks of an IPv6 /48.
        case wrongPasswordsOfASite
        /// No attack: people who sign in once, each from an address of their own.
        case people

        /// The number of connections. The hasher has turns for so many people within the three seconds.
        var connections: Int { self == .people ? 8 : 100 }
    }

    private static let attacker = ("REMOTE_ADDR", "192.0.2.66")
    private static let owner = ("REMOTE_ADDR", "198.51.100.7")
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Sends one request of the flood; returns the status.
    private static func send(
        _ flood: Flood, _ number: Int, tokens: [String], to gate: GateProcess
    ) throws -> Int? {
        func logIn(_ name: String, from address: String? = nil) throws -> Int? {
            let client = address.map { ("REMOTE_ADDR", $0) } ?? attacker
            return try gate.logIn(#"{"username":"\#(name)","password":"wrong"}"#, parameters: [client]).status
        }
        let someone = "name \(number) \(Int.random(in: 0..<1_000_000))"
        let token = GateProcess.bearer(tokens[number % tokens.count])
        switch flood {
        case .wrongPasswords: return try logIn("somebody")
        case .manyNames: return try logIn(someone)
        case .wrongPasswordsOfTheOwner: return try logIn("ann")
        case .passwordChanges:
            let body = Array(#"{"current_password":"wrong","new_password":"another password of hers"}"#.utf8)
            return try gate.ask(
                "POST", "/auth/password", parameters: [("CONTENT_TYPE", "application/json"), attacker, token],
                body: body, timeout: .seconds(20)
            ).status
        case .logouts:
            return try gate.ask("POST", "/auth/logout", parameters: [attacker, token], timeout: .seconds(20)).status
        case .lists:
            return try gate.ask("GET", "/auth/sessions", parameters: [attacker, token], timeout: .seconds(20)).status
        case .wrongPasswordsOfASite:
            return try logIn(someone, from: "2001:db8:7:\(Int.random(in: 0...9999))::1")
        case .people:
            let address = (0..<3).map { _ in String(Int.random(in: 0...255)) }.joined(separator: ".")
            return try logIn(someone, from: "10.\(address)")
        }
    }

    @Test(arguments: Flood.allCases)
    func `somebody else's logins succeed within three seconds`(_ flood: Flood) throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["HASHING_THREADS": "1"])
        for name in ["ann", "mallory"] { try gate.addUser(name, password: "correct horse") }
        let mallory = try server.psql(
            "SELECT id FROM authfcgi_users WHERE username = 'mallory'", database: database)
        let tokens = try server.psql(
            "SELECT create_access_token('\(mallory)') FROM generate_series(1, 500)", database: database
        ).split(separator: "\n").map(String.init)
        func logIn() throws -> Int? {
            try gate.logIn(#"{"username":"ann","password":"correct horse"}"#, parameters: [Self.owner]).status
        }
        // From here on she is known at her address.
        #expect(try logIn() == 200)
        let load = CheckLoad(threads: flood.connections) { thread in
            try Self.send(flood, thread * 7 + Int.random(in: 0..<7), tokens: tokens, to: gate)
        }
        try load.waitForAnswers(100, within: .seconds(60))
        var (statuses, times): ([Int?], [Duration]) = ([], [])
        for _ in 0..<20 {
            let start = ContinuousClock.now
            statuses.append(try logIn())
            times.append(ContinuousClock.now - start)
        }
        let report = load.stop()
        let succeeded = zip(statuses, times).count { $0 == 200 && $1 <= .seconds(3) }
        #expect(succeeded >= 19, "\(statuses) after \(times); the flood: \(report)")
        #expect(report.failures.isEmpty, "\(report)")
    }
}
