import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// A command that changes a user does it in two steps if the sessions cannot end at once. A link for a new password is removed
/// with the first. ``HeldNotificationLockTests`` has the other reason for two steps.
@Suite struct PasswordResetInTwoStepsTests {
    enum Change: CaseIterable, Sendable {
        case password
        case disabled

        /// An SQL condition that is true once the user is changed.
        var isMade: String {
            switch self {
            case .password: "password_hash = 'y'"
            case .disabled: "disabled"
            }
        }

        /// The change in the audit record.
        var action: String {
            switch self {
            case .password: "user_password"
            case .disabled: "user_disable"
            }
        }

        func make(on server: PostgreSQLServer, _ database: String) throws -> AccountChange {
            let connection = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
            try connection.introduce(isPooled: false, deadline: .seconds(5))
            try connection.enterSchema(nil, deadline: .seconds(5))
            switch self {
            case .password: return try UserAccounts(connection).setPassword(of: "1", to: "y")
            case .disabled: return try UserAccounts(connection).disable("1")
            }
        }
    }

    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        try psql(
            """
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x'), ('2', 'bob', 'x');
            SELECT create_access_token('1');
            SELECT create_password_reset('1', sha256('code')), create_password_reset('2', sha256('other code'))
            """)
    }

    @discardableResult
    private func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    /// Runs the change while an application stays in a transaction that ends the user's sessions, until the first step is
    /// done.
    private func makeBesideHolder(_ change: Change) throws -> AccountChange {
        let holder = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        for statement in ["BEGIN", "SELECT revoke_user_sessions('1')"] {
            try holder.script(statement, deadline: .seconds(5))
        }
        let (server, database) = (server, database)
        let outcome = Mutex<Result<AccountChange, any Error>?>(nil)
        let command = JoinableThread {
            let result = Result<AccountChange, any Error> { try change.make(on: server, database) }
            outcome.withLock { $0 = result }
        }
        try eventually("the first step is done") {
            try psql("SELECT \(change.isMade) FROM authfcgi_users WHERE id = '1'") == "t"
        }
        #expect(try psql("SELECT user_id FROM authfcgi_password_resets") == "2")
        #expect(try psql("SELECT count(*) FROM live_sessions") == "1")
        try holder.script("ROLLBACK", deadline: .seconds(5))
        command.join()
        let made = try outcome.withLock { try $0?.get() }
        return try #require(made)
    }

    @Test(arguments: Change.allCases, [false, true])
    func `an earlier link is invalid afterwards`(change: Change, isHeld: Bool) throws {
        let made = isHeld ? try makeBesideHolder(change) : try change.make(on: server, database)
        #expect(made == .changed(sessionsEnded: 1))
        try psql("UPDATE authfcgi_users SET disabled = false")
        #expect(try psql("SELECT user_id FROM find_password_reset(sha256('code'))") == "")
        #expect(try psql("SELECT use_password_reset(sha256('code'), 'theirs')") == "")
        let hash = change == .password ? "y" : "x"
        #expect(try psql("SELECT password_hash FROM authfcgi_users WHERE id = '1'") == hash)
        // That of somebody else is as valid as before.
        #expect(try psql("SELECT username FROM find_password_reset(sha256('other code'))") == "bob")
        // Each step is recorded once.
        let actions = isHeld ? "\(change.action) session_revoke" : "session_revoke \(change.action)"
        #expect(
            try psql(
                """
                SELECT string_agg(action, ' ' ORDER BY number) FROM authfcgi_audit
                WHERE action IN ('session_revoke', 'user_password', 'user_disable')
                """) == actions)
    }
}
