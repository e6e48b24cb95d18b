/// The Redis in front of PostgreSQL, and how it is used.
public struct RedisConfiguration: Sendable {
    /// Where it is, and how many servers it has.
    public var location: RedisLocation
    /// What the key of every entry begins with, so that several installations can share a Redis.
    public var keyPrefix: String
    /// How long a command may take. After that PostgreSQL is asked, and the connection is thrown away.
    public var deadline: Duration
    /// Has to be there when the location says so (`rediss://`), and is not used otherwise.
    public var tls: RedisTLS?

    /// A configuration; everything but the place has a default.
    public init(
        location: RedisLocation, keyPrefix: String = "authfcgi:", deadline: Duration = .milliseconds(50),
        tls: RedisTLS? = nil
    ) {
        self.location = location
        self.keyPrefix = keyPrefix
        self.deadline = deadline
        self.tls = tls
    }
}
