/// The names of a configuration's parts where they are set outside Swift, such as `DATABASE_URL` for the connection
/// string. Messages that advise to change a part contain its name.
public struct ConfigurationNames: Sendable {
    /// A part that messages may name.
    public enum Part: Hashable, Sendable {
        /// ``PostgreSQLConfiguration/url``
        case url
        /// ``PostgreSQLConfiguration/schema``
        case schema
        /// ``PostgreSQLConfiguration/usesPreparedStatements``, set to false.
        case preparedStatementsOff
        /// ``SessionStore/Configuration/staleIfDatabaseDown``
        case staleIfDatabaseDown
    }

    private let names: [Part: String]

    /// Creates a set of names.
    /// - Parameter names: The names, which messages contain in brackets. Parts without a name are not named.
    public init(_ names: [Part: String] = [:]) {
        self.names = names
    }

    /// Returns the end of a message about `part`: ` (NAME)`, or an empty text if the part has no name.
    package func hint(_ part: Part?) -> String { part.flatMap { names[$0] }.map { " (\($0))" } ?? "" }
}
