/// Finds out who is meant by a name on a command line: waiting calls on a connection of their own.
package struct UserDirectory: ~Copyable {
    package enum Answer: Equatable, Sendable {
        /// Nobody has that id or name.
        case nobody
        /// This one. `namesake` is another user, whose name is the first one's id.
        case user(NamedUser, namesake: NamedUser?)
        /// Sessions of several users have that name: their ids, at most ``maxListed``.
        case several([String])
    }

    /// How many users are told apart when a name is not enough.
    package static let maxListed = 20

    private let database: AdministrationConnection

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        database = AdministrationConnection(connection, schema: schema, deadline: .seconds(60))
    }

    /// An id that the gate has seen counts first, then the name of one of the gate's own users, then the name in live
    /// sessions.
    package func find(_ name: String) throws(PostgreSQLError) -> Answer {
        let known = try database.run(UsersByIDAndName(name: name))
        if let user = known.first { return .user(user, namesake: known.dropFirst().first) }
        let named = try database.run(UsersBySessionName(name: name, limit: Self.maxListed))
        guard let user = named.first else { return .nobody }
        return named.count == 1 ? .user(user, namesake: nil) : .several(named.map(\.id))
    }
}
