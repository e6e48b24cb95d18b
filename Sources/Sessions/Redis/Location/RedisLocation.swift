package import EventLoop

/// What a `REDIS_URL` says: which servers there are, how they belong together, and how they let a client in.
///
/// Understood are
/// - `redis://[user:password@]host[:port][/db]`, where a lone user part is the password;
/// - `redis+sentinel://[user:password@]host[:port],host[:port]/service[/db]`, also written `redis-sentinel`;
/// - `redis+cluster://[user:password@]host[:port],host[:port]`, also written `redis-cluster`;
/// - `unix://[user:password@]/path[?db=N]`, also written `redis+unix`, `redis+socket` or `redis-socket`, or the path
///   alone.
///
/// `rediss` in the place of `redis` is TLS. `?db=N` may stand for `/db` everywhere. User, password, path, service and
/// db may be percent-encoded.
public struct RedisLocation: Equatable, Sendable {
    /// How the servers belong together.
    package enum Deployment: Equatable, Sendable {
        /// One server, which is asked everything.
        case server(ServerAddress)
        /// These know which server is the primary of the service. At least one, each once.
        case sentinel([ServerAddress], service: String)
        /// Some nodes of a cluster, which know the others. At least one, each once.
        case cluster([ServerAddress])
    }

    package let deployment: Deployment
    /// Nil: nobody has to say who he is. Of a sentinel deployment they are those of the service, not of the sentinels.
    package let credentials: RedisCredentials?
    /// From 0 up to 65535; 0 in a cluster.
    package let database: Int
    package let usesTLS: Bool

    package init(deployment: Deployment, credentials: RedisCredentials?, database: Int, usesTLS: Bool) {
        self.deployment = deployment
        self.credentials = credentials
        self.database = database
        self.usesTLS = usesTLS
    }

    /// Reads a URL in one of the forms above.
    /// - Throws: ``RedisURLProblem``, whose text has nothing of the URL in it that may be secret.
    public init(parsing text: String) throws(RedisURLProblem) {
        self = try RedisURLParser.parse(text)
    }
}

extension RedisLocation: CustomStringConvertible {
    /// For logs: everything but the credentials.
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
