internal import EventLoop

/// The search for a service's primary through its sentinels, before each attempt to connect.
@EventLoop
final class RedisSentinelLocator {
    private var search: RedisSentinelSearch
    private let network: RedisNetwork
    private let question: RedisCommand
    private let sentinelHandshake: RedisHandshake
    private let serverHandshake: RedisHandshake
    private var request: RedisOneOffCommand?

    /// Creates a locator.
    /// - Parameters:
    ///   - sentinels: The addresses of the sentinels, at least one.
    ///   - service: The name of the service.
    ///   - location: The credentials for the sentinels and for the servers that they name.
    ///   - network: The configuration of the connections.
    init(_ sentinels: [ServerAddress], service: String, _ location: RedisLocation, _ network: RedisNetwork) {
        search = RedisSentinelSearch(sentinels: sentinels)
        self.network = network
        question = RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", service)
        sentinelHandshake = RedisHandshake(authenticatingBy: location, ignoresRefusedAuthentication: true)
        serverHandshake = RedisHandshake(authenticatingBy: location, ignoresRefusedAuthentication: false)
    }

    /// Calls `done` once with the primary's address or the findings about the sentinels. Must not be called while a
    /// search is under way.
    func locate(_ done: @escaping @EventLoop (RedisNode.Located) -> Void) { perform(search.start(), done) }

    private func perform(
        _ action: RedisSentinelSearch.Action?, _ done: @escaping @EventLoop (RedisNode.Located) -> Void
    ) {
        switch action {
        case .ask(let sentinel):
            go(question, to: sentinel, sentinelHandshake) { [weak self] result in
                self?.take(result, of: sentinel, done)
            }
        case .verify(let address):
            go(RedisCommand("ROLE"), to: address, serverHandshake) { [weak self] result in
                self?.take(result, ofServer: address, done)
            }
        case .found(let address): done(.success(address))
        case .givenUp(let failure): done(.failure(.connection(failure.description)))
        case nil: break
        }
    }

    private func go(
        _ command: RedisCommand, to address: ServerAddress, _ handshake: RedisHandshake,
        _ answer: @escaping RedisConnection.Answer
    ) {
        let request = RedisOneOffCommand(command)
        self.request = request
        request.run(to: address, handshake, network, answer)
    }

    private func take(
        _ result: Result<RedisReply, RedisError>, of sentinel: ServerAddress,
        _ done: @escaping @EventLoop (RedisNode.Located) -> Void
    ) {
        switch result {
        case .success(let reply):
            do throws(RedisProtocolProblem) {
                perform(search.answered(try RedisSentinelAnswer(reply), by: sentinel), done)
            } catch {
                perform(search.failed(sentinel, reason: error.description), done)
            }
        case .failure(let error): perform(search.failed(sentinel, reason: error.reason), done)
        }
    }

    private func take(
        _ result: Result<RedisReply, RedisError>, ofServer address: ServerAddress,
        _ done: @escaping @EventLoop (RedisNode.Located) -> Void
    ) {
        switch result {
        case .success(let reply):
            do throws(RedisProtocolProblem) {
                perform(search.verified(address, as: try RedisRole(reply)), done)
            } catch {
                perform(search.notVerified(address, reason: error.description), done)
            }
        case .failure(let error): perform(search.notVerified(address, reason: error.reason), done)
        }
    }
}
