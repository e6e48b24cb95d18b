import TestSupport

@testable import Sessions

/// Begins sessions and ends them: an operator by plain SQL beside the gate, others by password and by token on either
/// pod.
struct ActingClient {
    let hammer: Hammer
    let database: SQLClient
    private let isOperator: Bool
    private var random: SeededGenerator
    var events: [HistoryEvent] = []

    /// Longer than the gate takes for a write.
    static let patience = Duration.seconds(7)
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
        "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1, kept_hash = NULL WHERE user_id = $1",
    ]
    /// So many sessions of a user that their end leaves rows to remove. With a label, so that no login ends others for them.
    private static let makeCrowd = """
        INSERT INTO session_tokens (token_hash, user_id, label, expires_at, absolute_expires_at)
        SELECT sha256(uuid_send(gen_random_uuid())), $1, 'crowd', now() + interval '1 hour', now() + interval '1 hour'
          FROM generate_series(1, 2000)
        """

    /// Which sessions of a user a request ends.
    private enum Extent: String {
        case this = "", all = "all=1", others = "others=1"

        var operation: HistoryEvent.Operation {
            switch self {
            case .this: .logout
            case .all: .logoutEverywhere
            case .others: .logoutOthers
            }
        }
    }

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
            return logOut(entry, .this)
        }
        if isOperator, random.chance(0.02) { return revokeAll() }
        if !isOperator, random.chance(0.1) { return endOthers() }
        guard let entry = hammer.roster.takeVictim(&random) else { return }
        switch (isOperator, random.chance(0.2)) {
        case (false, false): logOut(entry, .this)
        case (false, true): logOut(entry, .all)
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

    private mutating func logOut(_ entry: HammerRoster.Entry, _ extent: Extent) {
        if extent == .all { hammer.roster.takeAll(of: entry.user) }
        if extent != .this { crowd(entry.user) }
        let pod = hammer.site.pods.indices.randomElement(using: &random) ?? 0
        let result = ask(
            extent.operation, session: entry.number, entry.user, on: pod, throughNginx: random.chance(0.3)
        ) { gate, client in
            let path = "/auth/logout"
            if let client {
                let query = extent == .this ? "" : "?\(extent.rawValue)"
                return try client.post(path + query, "", headers: [bearer(entry.token)]).status
            }
            let parameters = [GateProcess.bearer(entry.token), ("QUERY_STRING", extent.rawValue)]
            return try gate.ask("POST", path, parameters: parameters, timeout: Self.patience).status
        }
        if result != .accepted {
            hammer.roster.wasNotAcknowledged(entry, ofUser: extent != .this, at: hammer.elapsed)
        }
    }

    /// A user ends all sessions but one, or changes the password, which does the same.
    private mutating func endOthers() {
        let isPassword = random.chance(0.1)
        guard let entry = hammer.roster.takeOthers(&random, ofAccounts: isPassword) else { return }
        guard isPassword else { return logOut(entry, .others) }
        crowd(entry.user)
        let pod = hammer.site.pods.indices.randomElement(using: &random) ?? 0
        let body = #"{"current_password":"\#(Hammer.password)","new_password":"\#(Hammer.password)"}"#
        let result = ask(.logoutOthers, session: entry.number, entry.user, on: pod, throughNginx: false) { gate, _ in
            let parameters = [("CONTENT_TYPE", "application/json"), GateProcess.bearer(entry.token)]
            let status = try gate.ask(
                "POST", "/auth/password", parameters: parameters, body: Array(body.utf8), timeout: Self.patience
            ).status
            // Somebody else has changed it meanwhile.
            return status == 403 ? 401 : status
        }
        if result != .accepted { hammer.roster.wasNotAcknowledged(entry, ofUser: true, at: hammer.elapsed) }
    }

    /// Gives a user very many sessions, sometimes and if PostgreSQL can be reached.
    private mutating func crowd(_ user: HammerRoster.User) {
        guard random.chance(0.3) else { return }
        do throws(PostgreSQLError) {
            try database.run(Self.makeCrowd, user.id)
        } catch {
            // A fault: then the end is one of few sessions.
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
        crowd(user)
        if user.name != nil, random.chance(0.5) { return disable(user) }
        let sql = Self.endAll.randomElement(using: &random) ?? ""
        let result = ask(.adminRevokeUser, session: nil, user) { database throws(PostgreSQLError) in
            try database.run(sql, user.id)
        }
        if result != .accepted { hammer.roster.wasNotAcknowledged(allOf: user) }
    }

    /// Disables a user, and enables the user again as soon as possible.
    private mutating func disable(_ user: HammerRoster.User) {
        let result = ask(.adminRevokeUser, session: nil, user) { database throws(PostgreSQLError) in
            try database.run("UPDATE authfcgi_users SET disabled = true WHERE id = $1", user.id)
        }
        if result != .accepted { hammer.roster.wasNotAcknowledged(allOf: user) }
        while !hammer.isStopping {
            do throws(PostgreSQLError) {
                try database.run("UPDATE authfcgi_users SET disabled = false WHERE id = $1", user.id)
                return
            } catch {
                sleepThread(for: .milliseconds(20))
            }
        }
    }

    /// Ends everybody's sessions.
    private mutating func revokeAll() {
        hammer.roster.takeAll()
        let nobody = HammerRoster.User(number: -1, id: "")
        let result = ask(.adminRevokeAll, session: nil, nobody) { database throws(PostgreSQLError) in
            try database.run("SELECT revoke_all_sessions()")
        }
        if result != .accepted { hammer.roster.allWereNotAcknowledged() }
    }
}
