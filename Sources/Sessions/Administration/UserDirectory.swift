/// The search for the user whom an argument of a command names: blocking calls on its own connection.
package struct UserDirectory: ~Copyable {
    /// The result of a search.
    package enum Answer: Equatable, Sendable {
        /// No user has that id or name.
        case nobody
        /// One user. `namesake` is another user, whose username equals the first user's id.
        case user(NamedUser, namesake: NamedUser?)
        /// The ids of several users whose sessions have that username, at most ``maxListed``.
        case several([String])
    }

    /// The maximum number of users listed for an ambiguous name.
    package static let maxListed = 20

    private let database: AdministrationConnection

    /// - Parameter connection: The connection to use, which has entered the schema of the gate's tables.
    package init(_ connection: PostgreSQLConnection) {
        database = AdministrationConnection(connection, deadline: .seconds(60))
    }

    /// Finds the user of an id or name. A known id takes precedence over the username of one of the gate's own users,
    /// and that over a username in live sessions.
    /// - Throws: ``PostgreSQLError``
    package func find(_ name: String) throws(PostgreSQLError) -> Answer {
        let known = try database.run(UsersByIDAndName(name: name))
        if let user = known.first { return .user(user, namesake: known.dropFirst().first) }
        let named = try database.run(UsersBySessionName(name: name, limit: Self.maxListed))
        guard let user = named.first else { return .nobody }
        return named.count == 1 ? .user(user, namesake: nil) : .several(named.map(\.id))
    }
}
