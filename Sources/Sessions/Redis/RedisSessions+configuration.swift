internal import EventLoop
internal import Logging

extension RedisSessions {
    /// Creates the cache that a configuration describes.
    convenience init(_ configuration: RedisConfiguration, entryLifetime: Duration, log: Logger) {
        let location = configuration.location
        let keys = RedisKeySpace(prefix: configuration.keyPrefix)
        precondition(!location.usesTLS || configuration.tls != nil, "a location with TLS needs RedisConfiguration.tls")
        let network = RedisNetwork(
            tls: location.usesTLS ? configuration.tls?.context : nil,
            threads: HelperThreads(name: "names", threads: 2, waiting: 32), deadline: configuration.deadline,
            keys: keys)
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
