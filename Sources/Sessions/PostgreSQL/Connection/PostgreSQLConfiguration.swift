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
    /// A Boolean value that indicates whether the tables' rights, owners and triggers are looked at before the first use.
    package var inspectsAtStart = true
    /// The time between two looks at the tables' rights, owners and triggers.
    package var inspectionInterval = Duration.seconds(3600)
    /// The beginning of the names of connections in `pg_stat_activity`: the use of a connection follows, such as `checks`.
    /// An `application_name` in the connection string takes precedence.
    public var applicationName: String
    /// The names of the configuration's parts in messages.
    public var names: ConfigurationNames
    /// A Boolean value that indicates whether the program logs what clients change by way of it, so that the database need
    /// not record it in `authfcgi_audit`.
    package var logsChanges = false

    /// Creates a configuration. Every parameter but the connection string has a default.
    public init(
        url: Secret, schema: String? = nil, usesPreparedStatements: Bool = true,
        lookUpDeadline: Duration = .milliseconds(700), writeDeadline: Duration = .seconds(5), lookUpLimit: Int = 4096,
        migrates: Bool = true, isResumed: Bool = false, applicationName: String = "authfcgi",
        names: ConfigurationNames = ConfigurationNames()
    ) {
        self.url = url
        self.schema = schema
        self.usesPreparedStatements = usesPreparedStatements
        self.lookUpDeadline = lookUpDeadline
        self.writeDeadline = writeDeadline
        self.lookUpLimit = lookUpLimit
        self.migrates = migrates
        self.isResumed = isResumed
        self.applicationName = applicationName
        self.names = names
    }

    /// Returns the name in `pg_stat_activity` of a connection for this purpose.
    func applicationName(for purpose: ConnectionPurpose) -> String { "\(applicationName) \(purpose.rawValue)" }
}
