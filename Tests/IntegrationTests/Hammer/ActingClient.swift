import TestSupport

@testable import Sessions

/// Begins sessions and ends them: an operator by plain SQL beside the gate, others by password and by token on either
/// pod.
struct ActingClient {
    private let hammer: Hammer
    private let database: SQLClient
    private let isOperator: Bool
    private var random: SeededGenerator
    private var events: [HistoryEvent] = []

    /// Longer than the gate takes for a write.
    private static let patience = Duration.seconds(7)
    /// Ways for an operator to end a session, `$1` being its token.
    private static let endOne = [
        "SELECT revoke_access_token($1)",
        "DELETE FROM session_tokens WHERE token_hash = session_token_hash($1)",
        "UPDATE session_tokens SET revoked_at = now() WHERE token_hash = session_token_hash($1)",
        "UPDATE session_tokens SET expires_at = now() WHERE token_hash = session_token_hash($1)",
    ]
    /// Ways for an operator to end all sessions of the user `$1`.
    private static let endAll = [
        "SELECT revoke_user_sessions($1)", "DELETE FROM session_tokens WHERE user_id = $1",
        "UPDATE session_tokens SET revoked_at = now(), expires_at = now() WHERE user_id = $1",
    ]

    init(_ hammer: Hammer, isOperator: Bool, random: SeededGenerator) {
        self.hammer = hammer
        self.isOperator = isOperator
        self.random = random
        database = SQLClient(hammer.site.postgreSQL.url())
    }

    /// Acts until the hammer rests.
    mutating func run() -> [HistoryEvent] {
        while !hammer.isStopping {
            if hammer.roster.lacksSessions {
                begin()
            } else {
                end()
                // A session has to be known to the workers for a while before it ends.
                sleepThread(for: random.milliseconds(100...400))
            }
        }
        return events
    }

    private mutating func begin() {
        if !isOperator, random.chance(0.1) { logIn() } else { mint() }
    }

    private mutating func end() {
        if !isOperator, random.chance(0.3), let entry = hammer.roster.takeUnfinished(before: hammer.elapsed, &random) {
            return logOut(entry, everywhere: false)
        }
        guard let entry = hammer.roster.takeVictim(&random) else { return }
        switch (isOperator, random.chance(0.2)) {
        case (false, false): logOut(entry, everywhere: false)
        case (false, true): logOut(entry, everywhere: true)
        case (true, false): revoke(entry)
        case (true, true): revokeAll(of: entry.user)
        }
    }

    // MARK: Sessions begin

    /// As an application does that has its own passwords.
    private mutating func mint() {
        guard let user = hammer.roster.user(&random) else { return }
        var token = ""
        let number = hammer.roster.nextNumber()
        let result = ask(.login, session: number, user) { database throws(PostgreSQLError) in
            token = try database.run("SELECT create_access_token($1)", user.id)
        }
        if result == .accepted { hammer.roster.add(HammerRoster.Entry(number: number, user: user, token: token)) }
    }

    private mutating func logIn() {
        guard let account = hammer.roster.account(&random), let name = account.name else { return }
        let pod = hammer.site.pods.indices.randomElement(using: &random) ?? 0
        let number = hammer.roster.nextNumber()
        var token: String?
        let result = ask(.login, session: number, account, on: pod, throughNginx: false) { gate, _ in
            let answer = try gate.logIn(name, Hammer.password, timeout: Self.patience)
            token = answer.json?["token"]
            return answer.status
        }
        guard result == .accepted else { return }
        guard let token else { return hammer.note(oddity: "a login without a token") }
        hammer.roster.add(HammerRoster.Entry(number: number, user: account, token: token))
    }

    // MARK: Sessions end

    private mutating func logOut(_ entry: HammerRoster.Entry, everywhere: Bool) {
        if everywhere { hammer.roster.takeAll(of: entry.user) }
        let pod = hammer.site.pods.indices.randomElement(using: &random) ?? 0
        let result = ask(
            everywhere ? .logoutEverywhere : .logout, session: entry.number, entry.user, on: pod,
            throughNginx: random.chance(0.3)
        ) { gate, client in
            let path = "/auth/logout"
            if let client {
                return try client.post(path + (everywhere ? "?all=1" : ""), "", headers: [bearer(entry.token)]).status
            }
            let parameters = [GateProcess.bearer(entry.token)] + (everywhere ? [("QUERY_STRING", "all=1")] : [])
            return try gate.ask("POST", path, parameters: parameters, timeout: Self.patience).status
        }
        if result != .accepted {
            hammer.roster.wasNotAcknowledged(entry, ofUser: everywhere, at: hammer.elapsed)
        }
    }

    private mutating func revoke(_ entry: HammerRoster.Entry) {
        let sql = Self.endOne.randomElement(using: &random) ?? ""
        let result = ask(.adminRevoke, session: entry.number, entry.user) { database throws(PostgreSQLError) in
            try database.run(sql, entry.token)
        }
        if result != .accepted { hammer.roster.wasNotAcknowledged(entry, ofUser: false, at: hammer.elapsed) }
    }

    private mutating func revokeAll(of user: HammerRoster.User) {
        hammer.roster.takeAll(of: user)
        let sql = Self.endAll.randomElement(using: &random) ?? ""
        let result = ask(.adminRevokeUser, session: nil, user) { database throws(PostgreSQLError) in
            try database.run(sql, user.id)
        }
        if result != .accepted { hammer.roster.wasNotAcknowledged(allOf: user) }
    }

    // MARK: The history

    /// Asks PostgreSQL; nothing is recorded, and nil returned, when it could not even be connected to.
    private mutating func ask(
        _ operation: HistoryEvent.Operation, session: Int?, _ user: HammerRoster.User,
        _ body: (SQLClient) throws(PostgreSQLError) -> Void
    ) -> HistoryEvent.Result? {
        do throws(PostgreSQLError) {
            try database.connect()
        } catch {
            sleepThread(for: .milliseconds(20))
            return nil
        }
        let start = hammer.elapsed
        let result: HistoryEvent.Result
        do throws(PostgreSQLError) {
            try body(database)
            result = .accepted
        } catch {
            // A deadlock is broken by failing one of the two, which is how it should be.
            let isDeadlock = if case .server(let state, _) = error { state.code == "40P01" } else { false }
            if !error.endsConnection, !isDeadlock { hammer.note(oddity: "\(operation) by SQL: \(error.reason)") }
            result = .failed
        }
        add(HistoryEvent(operation, result, session: session, user: user.number, from: start, to: hammer.elapsed))
        return result
    }

    /// Asks a pod: its gate itself, or nginx by the client.
    private mutating func ask(
        _ operation: HistoryEvent.Operation, session: Int, _ user: HammerRoster.User, on pod: Int, throughNginx: Bool,
        _ body: (GateProcess, HTTPClient?) throws -> Int?
    ) -> HistoryEvent.Result {
        let (gate, entry) = (hammer.site.pods[pod].gate, hammer.site.pods[pod].entry)
        let client = throughNginx ? HTTPClient(entry, timeout: Self.patience) : nil
        let start = hammer.elapsed
        let result: HistoryEvent.Result
        do {
            result = hammer.judge(try body(gate, client), "\(operation)")
        } catch {
            result = .failed
        }
        add(
            HistoryEvent(
                operation, result, session: session, user: user.number, from: start, to: hammer.elapsed, pod: pod))
        return result
    }

    private mutating func add(_ event: HistoryEvent) {
        events.append(event)
        hammer.count(event)
    }
}
