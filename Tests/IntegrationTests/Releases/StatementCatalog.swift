import TestSupport

@testable import Sessions

/// The statements that the program sends to a database in use, each with values for its parameters. Every type in
/// `Sources/Sessions/PostgreSQL/Statements` is here.
enum StatementCatalog {
    private static let schema = Schema("@schema@")
    private static let userID = "00000000-0000-4000-8000-000000000001"
    private static let sessionID = "11111111-2222-3333-4444-555555555555"
    private static let network = ClientNetwork("192.0.2.1")
    private static let token = SessionToken(
        random: [UInt8](repeating: 1, count: 32), key: TokenKey(generation: 1, bytes: [UInt8](repeating: 2, count: 32)))
    private static let newToken = SessionToken(
        random: [UInt8](repeating: 3, count: 32), key: TokenKey(generation: 1, bytes: [UInt8](repeating: 2, count: 32)))
    private static let hash = token.hash
    private static let code = SHA256.digest(Array("code".utf8).span)
    private static let identity = Identity(
        userID: userID, username: "ann", groups: ["staff"], name: "Ann", email: "ann@example.com")
    private static let origin = SessionOrigin(clientAddress: "192.0.2.1", userAgent: "curl/8", label: "ci")

    /// What the database has when a statement is tried: a user, a session and a link for a new password.
    static let fixtures = [
        ReleasedStatement(
            name: "a user",
            sql:
                "INSERT INTO \(schema)authfcgi_users (id, username, password_hash) VALUES ($1::text, 'ann', 'old hash')",
            parameters: [userID]),
        entry(CreateSession(token, identity: identity, lifetime: .seconds(3600), origin: origin)),
        entry(CreatePasswordReset(userID: userID, codeHash: code)),
    ]

    /// All statements.
    static var all: [ReleasedStatement] { sessions + users + throttle + upkeep + readLane + applications }

    private static var sessions: [ReleasedStatement] {
        var creation = CreateSession(newToken, identity: identity, lifetime: .seconds(3600), origin: origin)
        creation.idleTimeout = .seconds(600)
        creation.limit = 10
        creation.replaced = hash
        return [
            entry(creation),
            entry(CreateToken(identity: identity, lifetime: .seconds(60), label: "ci")),
            entry(CreateAccountToken(userID: userID, lifetime: .seconds(60), label: "ci")),
            entry(ExceededMaximum(lifetime: .seconds(60))),
            entry(ExplainAbsence(hash: hash)),
            entry(FindJustEnded(hash: hash, id: sessionID)),
            entry(FindSession(hash: hash)),
            entry(FindSessionUser(id: sessionID)),
            entry(ListAllSessions(after: nil, limit: 10)),
            entry(ListSessions(userID: userID, limit: 10)),
            entry(CountSessions()),
            entry(RevokeSession(id: sessionID, userID: userID)),
            entry(RevokeToken(hash: hash)),
            entry(RevokeUserSessions(userID: userID)),
            entry(RevokeAllSessions()),
            entry(SetLifetimes(lifetimes: Lifetimes(usual: .seconds(60), remembered: .seconds(120)))),
            entry(LifetimesDiffer(lifetimes: Lifetimes(usual: .seconds(60), remembered: .seconds(120)))),
            entry(UpdateUserSessions(userID: userID, username: "anna", groups: ["a"], name: "Anna", email: "a@b")),
        ]
    }

    private static var users: [ReleasedStatement] {
        let query = "SELECT id, username, password_hash FROM \(schema)authfcgi_users WHERE username = $1"
        return [
            entry(AddUser(username: "bob", passwordHash: "hash", name: "Bob", email: "b@c", groups: ["staff"])),
            entry(ChangePassword(userID: userID, oldHash: "old hash", newHash: "new hash", kept: hash)),
            entry(ChangeUserDetails(id: userID, details: UserDetails(username: "anna", name: "Anna", groups: ["a"]))),
            entry(ClaimUserSweep(interval: .seconds(60))),
            entry(ResignUserSweep()),
            entry(CreatePasswordReset(userID: userID, codeHash: SHA256.digest(Array("another".utf8).span))),
            entry(DescribeType(number: 25)),
            entry(FindExternalUser(query: query, username: "ann")),
            entry(FindPasswordReset(codeHash: code)),
            entry(FindUser(key: .username("ann")), "by name"),
            entry(FindUser(key: .id(userID)), "by id"),
            entry(ListUsers(after: nil, limit: 10)),
            entry(FindListedUser(key: .username("ann")), "by name"),
            entry(FindListedUser(key: .id(userID)), "by id"),
            entry(LockUser(id: userID)),
            entry(NoteHighestHashingCost(cost: HashingCost(bytes: 1 << 20, time: .milliseconds(50)))),
            entry(RehashUser(userID: userID, oldHash: "old hash", newHash: "new hash")),
            entry(SetPasswordHash(id: userID, hash: "new hash")),
            entry(SetUserDisabled(id: userID, isDisabled: true)),
            entry(DeleteUser(id: userID)),
            entry(SignedInUsers(after: "", limit: 10)),
            entry(UsePasswordReset(codeHash: code, newHash: "new hash")),
            entry(UsersByIDAndName(name: "ann")),
            entry(UsersBySessionName(name: "ann", limit: 10)),
        ]
    }

    private static var throttle: [ReleasedStatement] {
        [
            entry(BeginLogin(username: "ann", network: network, shown: hash)),
            entry(ReserveLogin(username: "ann", userID: userID, network: network, shown: nil)),
            entry(ReleaseLogin(reservation: LoginReservation(text: "{1,00,00}"))),
            entry(RemoveExpiredThrottle(limit: 10)),
        ]
    }

    private static var upkeep: [ReleasedStatement] {
        [
            entry(ClaimCleanup(interval: .seconds(60))),
            entry(CountRows()),
            entry(MakeSealKey()),
            entry(MakeTokenKey()),
            entry(SetTokenKeyAge(generation: 1, isReady: true)),
            entry(RemoveEndedSessions(limit: 10, since: nil)),
            entry(RemoveExpiredSessions(limit: 10, since: nil)),
            entry(RemoveOldAudit(limit: 10)),
            entry(ListAudit(user: "ann", sessionID: sessionID, limit: 10)),
            entry(RecordCommand(action: "session_create", userID: userID, username: "ann", sessionID: nil)),
            entry(
                TouchSessions(
                    hashes: [hash], usedAt: [DatabaseInstant(microseconds: 0)], freshness: .seconds(1)),
                parameters: [hashes, "{0}", "1.0"]),
        ]
    }

    /// The statements of checks, which are no types of their own.
    private static var readLane: [ReleasedStatement] {
        ReadLaneStatements(schema).prepared.map { name, text in
            // The name ends with a hash of the text.
            let name = String(name.dropLast(17))
            let parameters: [String?] =
                switch name {
                case "authfcgi_look_up": [bytes(hash.bytes), "0"]
                case "authfcgi_look_up_several": [hashes, "0"]
                case "authfcgi_look_up_with_epochs": [hashes]
                case "authfcgi_look_up_absent": [bytes(hash.bytes)]
                default: []
                }
            return ReleasedStatement(name: name, sql: text, parameters: parameters)
        }
    }

    /// The functions that applications call, by the names of their parameters too.
    private static var applications: [ReleasedStatement] {
        let calls: [(String, [String?])] = [
            ("create_access_token($1::text)", [userID]),
            (
                "create_access_token(user_id => $1::text, username => 'ann', groups => '{staff}', name => 'Ann', email => 'a@b', lifetime => interval '1 hour', label => 'ci')",
                [userID]
            ),
            ("get_user_from_token($1::text)", [token.secretText]),
            ("revoke_access_token($1::text)", [token.secretText]),
            ("revoke_user_sessions($1::text)", [userID]), ("session_token_hash($1::text)", [token.secretText]),
        ]
        return calls.map { call, parameters in
            ReleasedStatement(
                name: "application: \(call.prefix { $0 != "(" }) \(call.contains("=>") ? "by name" : "")",
                sql: "SELECT \(schema)\(call)", parameters: parameters)
        }
    }

    private static var hashes: String { #"{"\\x\#(hash.hex)"}"# }

    private static func entry<S: Statement>(
        _ statement: S, _ variant: String = "", parameters: [String?]? = nil
    ) -> ReleasedStatement {
        ReleasedStatement(
            name: variant.isEmpty ? S.name : "\(S.name) \(variant)", sql: statement.sql(in: schema),
            parameters: parameters ?? statement.parameters.map(text))
    }

    private static func text(_ parameter: PostgreSQLParameter) -> String? {
        switch parameter {
        case .text(let text): text
        case .bytes(let value): bytes(value)
        case .null: nil
        }
    }

    private static func bytes(_ bytes: [UInt8]) -> String {
        "\\x" + bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}
