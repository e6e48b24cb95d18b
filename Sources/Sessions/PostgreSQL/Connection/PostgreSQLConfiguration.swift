/// The PostgreSQL server and its time limits.
public struct PostgreSQLConfiguration: Sendable {
    /// A connection string of libpq: a `postgresql://` URL (several hosts included) or `key=value` words.
    public var url: Secret
    /// The schema of the tables, or nil for the first one in the search path that connections are opened with.
    public var schema: String?
    /// A Boolean value that indicates whether connections may prepare statements. False behind a transaction pooler that
    /// connections cannot detect: nothing is then prepared, set or listened to, so no session is cached.
    public var usesPreparedStatements: Bool
    /// The maximum time of a look-up, including the wait for a connection.
    public var lookUpDeadline: Duration
    /// The maximum time of a statement that writes, and of a login's query.
    public var writeDeadline: Duration
    /// The maximum number of look-ups without an answer.
    public var lookUpLimit: Int
    /// A Boolean value that indicates whether the tables are created and migrated before the first use.
    public var migrates: Bool
    /// A Boolean value that indicates whether other processes have used the tables with this configuration before. Then
    /// nothing is created or migrated: tables that are missing are about to be restored.
    public var isResumed: Bool
    /// The time between two looks at the tables' rights, owners and triggers.
    package var inspectionInterval = Duration.seconds(3600)
    /// The names of the configuration's parts in messages.
    public var names: ConfigurationNames

    /// Creates a configuration. Every parameter but the connection string has a default.
    public init(
        url: Secret, schema: String? = nil, usesPreparedStatements: Bool = true,
        lookUpDeadline: Duration = .milliseconds(700), writeDeadline: Duration = .seconds(5), lookUpLimit: Int = 4096,
        migrates: Bool = true, isResumed: Bool = false, names: ConfigurationNames = ConfigurationNames()
    ) {
        self.url = url
        self.schema = schema
        self.usesPreparedStatements = usesPreparedStatements
        self.lookUpDeadline = lookUpDeadline
        self.writeDeadline = writeDeadline
        self.lookUpLimit = lookUpLimit
        self.migrates = migrates
        self.isResumed = isResumed
        self.names = names
    }
}
