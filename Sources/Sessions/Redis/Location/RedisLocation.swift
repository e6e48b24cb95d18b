package import EventLoop

/// The content of a `REDIS_URL`: the servers, their deployment and the credentials.
///
/// The forms are
/// - `redis://[user:password@]host[:port][/db]`, where a lone user part is the password;
/// - `redis+sentinel://[user:password@]host[:port],host[:port]/service[/db]`, also written `redis-sentinel`;
/// - `redis+cluster://[user:password@]host[:port],host[:port]`, also written `redis-cluster`;
/// - `unix://[user:password@]/path[?db=N]`, also written `redis+unix`, `redis+socket` or `redis-socket`, or the path
///   alone.
///
/// `rediss` instead of `redis` means TLS. `?db=N` may replace `/db` everywhere. User, password, path, service and db
/// may be percent-encoded.
public struct RedisLocation: Equatable, Sendable {
    /// The deployment of the servers.
    package enum Deployment: Equatable, Sendable {
        /// A single server.
        case server(ServerAddress)
        /// The sentinels that know the primary of a service: at least one, without duplicates.
        case sentinel([ServerAddress], service: String)
        /// Some nodes of a cluster, which know the others: at least one, without duplicates.
        case cluster([ServerAddress])
    }

    /// The deployment of the servers.
    package let deployment: Deployment
    /// The credentials, or nil for none. With sentinels, those of the service, not of the sentinels.
    package let credentials: RedisCredentials?
    /// The number of the database, from 0 up to 65535; 0 in a cluster.
    package let database: Int
    /// A Boolean value that indicates whether connections use TLS.
    package let usesTLS: Bool

    /// Creates a location from its parts.
    package init(deployment: Deployment, credentials: RedisCredentials?, database: Int, usesTLS: Bool) {
        self.deployment = deployment
        self.credentials = credentials
        self.database = database
        self.usesTLS = usesTLS
    }

    /// Parses a URL in one of the forms above.
    /// - Throws: ``RedisURLProblem``, which never contains the password.
    public init(parsing text: String) throws(RedisURLProblem) {
        self = try RedisURLParser.parse(text)
    }
}

extension RedisLocation: CustomStringConvertible {
    /// The location without the credentials, for logs.
    public var description: String {
        let place =
            switch deployment {
            case .server(.tcp(let host, let port)): "\(ServerAddress.tcp(host: host, port: port))/\(database)"
            case .server(.unix(let path)): "\(ServerAddress.unix(path: path))\(shownDatabase)"
            case .sentinel(let sentinels, let service):
                "service \(service) by sentinels \(Self.list(sentinels))\(shownDatabase)"
            case .cluster(let nodes): "cluster \(Self.list(nodes))"
            }
        return usesTLS ? "\(place) with TLS" : place
    }

    private var shownDatabase: String { database == 0 ? "" : ", database \(database)" }

    private static func list(_ addresses: [ServerAddress]) -> String {
        addresses.map(\.description).joined(separator: ", ")
    }
}
