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
        let keys = RedisKeySpace(prefix: configuration.keyPrefix)
        precondition(!location.usesTLS || configuration.tls != nil, "a location with TLS needs RedisConfiguration.tls")
        var tls: TLSContext?
        var problem: RedisTLS.Problem?
        if location.usesTLS, let result = configuration.tls?.context {
            switch result {
            case .success(let context): tls = context
            case .failure(let reason): problem = reason
            }
        }
        let network = RedisNetwork(
            tls: tls, threads: HelperThreads(name: "names", threads: 2, waiting: 32), deadline: configuration.deadline,
            keys: keys)
        if let problem {
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
