/// What the parts of a configuration are called by whoever sets them elsewhere than in Swift, such as `DATABASE_URL` for
/// the connection string: messages that advise to change a part name it so.
public struct ConfigurationNames: Sendable {
    /// A part that messages speak of.
    public enum Part: Hashable, Sendable {
        /// ``PostgreSQLConfiguration/url``
        case url
        /// ``PostgreSQLConfiguration/schema``
        case schema
        /// ``PostgreSQLConfiguration/usesPreparedStatements``, to be set to false.
        case preparedStatementsOff
        /// ``SessionStore/Configuration/staleIfDatabaseDown``
        case staleIfDatabaseDown
    }

    private let names: [Part: String]

    /// - Parameter names: what stands in brackets behind the advice; a part without a name is not named.
    public init(_ names: [Part: String] = [:]) {
        self.names = names
    }

    /// The end of a message that speaks of `part`: ` (NAME)`; nothing when there is no name.
    package func hint(_ part: Part?) -> String { part.flatMap { names[$0] }.map { " (\($0))" } ?? "" }
}
