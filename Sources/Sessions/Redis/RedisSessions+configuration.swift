internal import EventLoop
internal import Logging

extension RedisSessions {
    /// Creates the cache that a configuration describes.
    convenience init(_ configuration: RedisConfiguration, entryLifetime: Duration, log: Logger) {
        self.init(
            Self.servers(configuration), sealSecret: configuration.sealSecret, entryLifetime: entryLifetime, log: log)
    }

    private static func servers(_ configuration: RedisConfiguration) -> any RedisServers {
        let location = configuration.location
        let network = configuration.network(deadline: configuration.deadline)
        let keys = network.keys
        if let problem = configuration.tlsProblem {
            // No address: a connection would not be encrypted.
            let failure = RedisError.connection(problem.description)
            let handshake = RedisHandshake(location, probe: keys.probe(.together), mustBePrimary: false)
            return RedisSingleServer(RedisNode(network, handshake, locate: { done in done(.failure(failure)) }))
        }
        switch location.deployment {
        case .server(let address):
            let handshake = RedisHandshake(location, probe: keys.probe(.together), mustBePrimary: false)
            return RedisSingleServer(
                RedisNode(network, handshake, locate: { done in done(.success(address)) }))
        case .sentinel(let addresses, let service):
            let sentinels = RedisSentinelLocator(addresses, service: service, location, network)
            let handshake = RedisHandshake(location, probe: keys.probe(.together), mustBePrimary: true)
            return RedisSingleServer(
                RedisNode(network, handshake, locate: { done in sentinels.locate(done) }))
        case .cluster(let seeds):
            return RedisClusterServers(seeds, location, network)
        }
    }
}

extension RedisConfiguration {
    /// The reason why no connection can be encrypted as the location demands. Then none may be made.
    var tlsProblem: RedisTLS.Problem? {
        guard location.usesTLS, case .failure(let problem)? = tls?.context else { return nil }
        return problem
    }

    /// Returns the configuration of connections, of which none may be made if there is a ``tlsProblem``.
    /// - Parameter deadline: The time limit of a command.
    func network(deadline: Duration) -> RedisNetwork {
        precondition(!location.usesTLS || tls != nil, "a location with TLS needs RedisConfiguration.tls")
        var context: TLSContext?
        if location.usesTLS, case .success(let usable)? = tls?.context { context = usable }
        return RedisNetwork(
            tls: context, threads: HelperThreads(name: "names", threads: 2, waiting: 32), deadline: deadline,
            keys: RedisKeySpace(prefix: keyPrefix))
    }
}
