package import FoundationEssentials

/// Facts about a server, a database and a role that decide whether a gate can work with them.
package struct ServerFacts: Sendable {
    /// Numbers of servers that follow another.
    package struct Standbys: Equatable, Sendable {
        package let all: Int
        /// Those of them for which a commit waits.
        package let synchronous: Int
        /// Those of which the role may not see whether a commit waits for them.
        package let unknown: Int
    }

    /// Numbers of connections.
    package struct Connections: Equatable, Sendable {
        package let all: Int
        /// Those of them of the same role.
        package let ofRole: Int
        /// Those of them to the same database.
        package let inDatabase: Int
    }

    /// The role of the connection as an SQL name.
    package let role: String
    /// The database as an SQL name.
    package let database: String
    /// The database's clock, and this machine's before and after it was read.
    package let clock: Date
    package let asked: Date
    package let answered: Date
    /// The number of connections that the server leaves to this role and others.
    package let maxConnections: Int
    /// The maximum number of connections of the role and of the database; nil for no limit.
    package let roleLimit: Int?
    package let databaseLimit: Int?
    /// The number of connections of other programs, now.
    package let connectionsOfOthers: Connections
    /// The servers that follow this one, now.
    package let standbys: Standbys
    /// Settings by name, as a new connection of the role gets them.
    package let settings: [String: String]

    /// The difference of the database's clock to this machine's, as far as it is not due to the time of the answer:
    /// positive if the database is ahead.
    package var clockDifference: Duration {
        let seconds =
            if clock < asked {
                clock.timeIntervalSince(asked)
            } else if clock > answered {
                clock.timeIntervalSince(answered)
            } else {
                0.0
            }
        return .milliseconds(Int64(seconds * 1000))
    }
}
