/// How to reach PostgreSQL and how long to wait for it.
public struct PostgreSQLConfiguration: Sendable {
    /// What libpq understands: a `postgresql://` URL (several hosts included) or `key=value` words.
    public var url: Secret
    /// The schema of our tables; nil for the connection's own search path.
    public var schema: String?
    /// Off behind a transaction pooler that a connection cannot notice by itself. Nothing is then prepared, set or listened
    /// to, and so no session is kept in memory.
    public var usesPreparedStatements: Bool
    /// How long a look-up may take, the wait for a connection included.
    public var lookUpDeadline: Duration
    /// The same for what writes, and for a login's query.
    public var writeDeadline: Duration
    /// How many look-ups may be under way.
    public var lookUpLimit: Int
    /// Whether tables are made and brought up to date before the first use.
    public var migrates: Bool
    /// What messages call the parts of the configuration.
    public var names: ConfigurationNames

    /// A configuration; everything but the connection string has a default that suits most.
    public init(
        url: Secret, schema: String? = nil, usesPreparedStatements: Bool = true,
        lookUpDeadline: Duration = .milliseconds(700), writeDeadline: Duration = .seconds(5), lookUpLimit: Int = 4096,
        migrates: Bool = true, names: ConfigurationNames = ConfigurationNames()
    ) {
        self.url = url
        self.schema = schema
        self.usesPreparedStatements = usesPreparedStatements
        self.lookUpDeadline = lookUpDeadline
        self.writeDeadline = writeDeadline
        self.lookUpLimit = lookUpLimit
        self.migrates = migrates
        self.names = names
    }
}
