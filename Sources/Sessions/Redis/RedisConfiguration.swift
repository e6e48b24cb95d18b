/// The configuration of the Redis in front of PostgreSQL.
public struct RedisConfiguration: Sendable {
    /// The servers, their credentials and the use of TLS.
    public var location: RedisLocation
    /// The prefix of every key, so that several installations can share a Redis.
    public var keyPrefix: String
    /// The time limit of a command. After that PostgreSQL is queried, and the connection is closed.
    public var deadline: Duration
    /// A secret that takes part in the sealing of values, so that whoever reads the database cannot make any: the same in all
    /// processes that share the Redis. Nil for the database's key alone.
    public var sealSecret: Secret?
    /// The TLS configuration. Required if the location demands TLS (`rediss://`), otherwise unused.
    public var tls: RedisTLS?

    /// Creates a configuration.
    /// - Parameters:
    ///   - location: The servers, their credentials and the use of TLS.
    ///   - keyPrefix: The prefix of every key.
    ///   - deadline: The time limit of a command.
    ///   - sealSecret: A secret that takes part in the sealing of values.
    ///   - tls: The TLS configuration, required if the location demands TLS.
    public init(
        location: RedisLocation, keyPrefix: String = "authfcgi:", deadline: Duration = .milliseconds(50),
        sealSecret: Secret? = nil, tls: RedisTLS? = nil
    ) {
        self.location = location
        self.keyPrefix = keyPrefix
        self.deadline = deadline
        self.sealSecret = sealSecret
        self.tls = tls
    }
}
