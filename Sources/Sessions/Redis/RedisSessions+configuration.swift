internal import EventLoop
internal import Logging

extension RedisSessions {
    /// Creates the cache that a configuration describes.
    convenience init(_ configuration: RedisConfiguration, entryLifetime: Duration, log: Logger) {
        let location = configuration.location
        let network = configuration.network(deadline: configuration.deadline)
        let keys = network.keys
        let servers: any RedisServers
        switch location.deployment {
        case .server(let address):
            let handshake = RedisHandshake(location, probe: keys.probe(.together), mustBePrimary: false)
            servers = RedisSingleServer(
                RedisNode(network, handshake, locate: { done in done(.success(address)) }))
        case .sentinel(let addresses, let service):
            let sentinels = RedisSentinelLocator(addresses, service: service, location, network)
            let handshake = RedisHandshake(location, probe: keys.probe(.together), mustBePrimary: true)
            servers = RedisSingleServer(
                RedisNode(network, handshake, locate: { done in sentinels.locate(done) }))
        case .cluster(let seeds):
            servers = RedisClusterServers(seeds, location, network)
        }
        self.init(servers, sealSecret: configuration.sealSecret, entryLifetime: entryLifetime, log: log)
    }
}

extension RedisConfiguration {
    /// Returns the configuration of connections.
    /// - Parameter deadline: The time limit of a command.
    func network(deadline: Duration) -> RedisNetwork {
        precondition(!location.usesTLS || tls != nil, "a location with TLS needs RedisConfiguration.tls")
        return RedisNetwork(
            tls: location.usesTLS ? tls?.context : nil,
            threads: HelperThreads(name: "names", threads: 2, waiting: 32), deadline: deadline,
            keys: RedisKeySpace(prefix: keyPrefix))
    }
}
