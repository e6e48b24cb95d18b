package import FoundationEssentials

/// The operations on the gate's own users for commands: blocking calls on their own connection.
package struct UserAccounts: ~Copyable {
    private let database: AdministrationConnection

    /// The time limit of the list, which counts sessions.
    private static let listDeadline = Duration.seconds(60)

    /// - Parameter connection: The connection to use, which has entered the schema of the gate's tables.
    package init(_ connection: PostgreSQLConnection) {
        database = AdministrationConnection(connection, deadline: .seconds(10))
    }

    /// Adds a user.
    /// - Returns: The new user's id; nil if the username is taken.
    /// - Throws: ``PostgreSQLError``
    package func add(
        username: String, passwordHash: String, name: String, email: String, groups: [String]
    ) throws(PostgreSQLError) -> String? {
        try database.transaction { () throws(PostgreSQLError) in
            try database.run(
                AddUser(username: username, passwordHash: passwordHash, name: name, email: email, groups: groups))
        }
    }

    /// Returns users in the order of their usernames.
    ///
    /// - Parameters:
    ///   - name: The username after which the list begins; nil to begin with the first user.
    ///   - most: The maximum number of users to return.
    /// - Throws: ``PostgreSQLError``
    package func list(after name: String?, atMost most: Int) throws(PostgreSQLError) -> [ListedUser] {
        try database.run(ListUsers(after: name, limit: most), deadline: Self.listDeadline)
    }

    /// Returns the user with an id; nil if there is none.
    /// - Throws: ``PostgreSQLError``
    package func user(id: String) throws(PostgreSQLError) -> ListedUser? {
        try database.run(FindListedUser(key: .id(id)), deadline: Self.listDeadline)
    }

    /// Returns the user with a username; nil if there is none.
    /// - Throws: ``PostgreSQLError``
    package func user(named username: String) throws(PostgreSQLError) -> ListedUser? {
        try database.run(FindListedUser(key: .username(username)), deadline: Self.listDeadline)
    }

    /// Changes details of a user, and those of the user's live sessions with them, on every pod at once. Logins in progress
    /// are refused.
    /// - Parameters:
    ///   - id: The user's id.
    ///   - details: The details to change.
    /// - Throws: ``PostgreSQLError``
    package func change(_ id: String, to details: UserDetails) throws(PostgreSQLError) -> UserDetailsChange {
        do throws(PostgreSQLError) {
            return try database.transaction { () throws(PostgreSQLError) in
                guard try database.run(LockUser(id: id)) else { return .noSuchAccount }
                let isChange = try database.run(ChangeUserDetails(id: id, details: details))
                let sessions = try database.run(
                    UpdateUserSessions(
                        userID: id, username: details.username, groups: details.groups, name: details.name,
                        email: details.email))
                return isChange || sessions > 0 ? .changed(sessionsChanged: sessions) : .nothing
            }
        } catch {
            guard error.isTakenValue else { throw error }
            return .nameTaken
        }
    }

    /// Sets a user's password and revokes all sessions of the user.
    /// - Parameters:
    ///   - id: The user's id.
    ///   - hash: The hash of the new password.
    /// - Throws: ``PostgreSQLError``. The new password may hold although the sessions have not ended.
    package func setPassword(of id: String, to hash: String) throws(PostgreSQLError) -> AccountChange {
        try changeInTwoSteps(id) { () throws(PostgreSQLError) in
            try database.run(SetPasswordHash(id: id, hash: hash))
        }
    }

    /// Makes a link with which a user chooses a new password, within an hour and once. An earlier link becomes invalid; the
    /// password and the sessions stay as they are.
    /// - Parameters:
    ///   - id: The user's id.
    ///   - code: The code of the link, of which the database gets the hash alone.
    /// - Returns: The time of the link's end; nil, with nothing changed, if the user is disabled or does not exist.
    /// - Throws: ``PostgreSQLError``
    package func resetPassword(of id: String, with code: PasswordResetCode) throws(PostgreSQLError) -> Date? {
        try database.transaction { () throws(PostgreSQLError) in
            try database.run(CreatePasswordReset(userID: id, codeHash: code.hash))
        }
    }

    /// Disables a user, who cannot sign in any more, and revokes all sessions of the user.
    /// - Throws: ``PostgreSQLError``. The user may be disabled although the sessions have not ended.
    package func disable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try changeInTwoSteps(id) { () throws(PostgreSQLError) in
            try database.run(SetUserDisabled(id: id, isDisabled: true))
        }
    }

    /// Enables a user, who can sign in again.
    /// - Throws: ``PostgreSQLError``
    package func enable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try database.transaction { () throws(PostgreSQLError) in
            guard try database.run(LockUser(id: id)) else { return .noSuchAccount }
            let isChange = try database.run(SetUserDisabled(id: id, isDisabled: false))
            return isChange ? .changed(sessionsEnded: nil) : .nothing
        }
    }

    /// Deletes a user and revokes all sessions of the user.
    /// - Throws: ``PostgreSQLError``
    package func delete(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try database.transaction { () throws(PostgreSQLError) in
            try endAndChange(id) { () throws(PostgreSQLError) in try database.run(DeleteUser(id: id)) }
        }
    }

    /// Revokes the user's sessions and runs `work` in one transaction. If the sessions cannot end because another transaction
    /// holds the user's row of `user_epochs`, `work` is committed first, and then both are tried for longer: an application
    /// that stays in a transaction must not keep a user who is disabled from being refused at the next login.
    private func changeInTwoSteps(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> AccountChange {
        do throws(PostgreSQLError) {
            return try database.attempt { () throws(PostgreSQLError) in try endAndChange(id, work) }
        } catch {
            guard error.isHeldLock else { throw error }
        }
        let isChanged = try changeAlone(id, work)
        do throws(PostgreSQLError) {
            let change = try database.insist { () throws(PostgreSQLError) in try endAndChange(id, work) }
            return isChanged && change == .nothing ? .changed(sessionsEnded: 0) : change
        } catch {
            guard isChanged, case .server(let state, let text) = error else { throw error }
            throw .server(state, "the user is changed, but the user's sessions have not ended: \(text)")
        }
    }

    /// Runs `work` in a transaction that ends no sessions, but removes the user's link for a new password if it changes the
    /// user. Returns whether it has; false also if another transaction holds the user's row.
    private func changeAlone(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> Bool {
        do throws(PostgreSQLError) {
            return try database.attempt { () throws(PostgreSQLError) in
                try database.postponeEndsInTransaction()
                guard try database.run(LockUser(id: id)) else { return false }
                return try work()
            }
        } catch {
            guard error.isHeldLock else { throw error }
            return false
        }
    }

    /// Revokes the user's sessions and runs `work`, which returns whether it has changed the user. The table's triggers would
    /// revoke the sessions too, but do not report their number.
    private func endAndChange(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> AccountChange {
        // The user's row is locked before the sessions' rows, as the triggers do it, to prevent a deadlock.
        guard try database.run(LockUser(id: id)) else { return .noSuchAccount }
        let ended = try database.run(RevokeUserSessions(userID: id))
        let isChange = try work()
        return isChange || ended > 0 ? .changed(sessionsEnded: ended) : .nothing
    }
}
