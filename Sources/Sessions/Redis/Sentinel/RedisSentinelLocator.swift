internal import EventLoop

/// Finds the primary of a service by asking its sentinels, each time somebody wants to connect to it.
@EventLoop
final class RedisSentinelLocator {
    private var search: RedisSentinelSearch
    private let network: RedisNetwork
    private let question: RedisCommand
    private let guideHandshake: RedisHandshake
    private let serverHandshake: RedisHandshake
    private var errand: RedisOneOffCommand?

    /// - Parameters:
    ///   - sentinels: at least one.
    ///   - location: how connections are let in, by the sentinels and by the servers they name.
    init(_ sentinels: [ServerAddress], service: String, _ location: RedisLocation, _ network: RedisNetwork) {
        search = RedisSentinelSearch(sentinels: sentinels)
        self.network = network
        question = RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", service)
        guideHandshake = RedisHandshake(authenticatingBy: location, mayBeStranger: true)
        serverHandshake = RedisHandshake(authenticatingBy: location, mayBeStranger: false)
    }

    /// Calls `done` once with where the primary is, or with what the sentinels said instead. Not while a call is under
    /// way.
    func locate(_ done: @escaping @EventLoop (RedisNode.Located) -> Void) { perform(search.start(), done) }

    private func perform(
        _ action: RedisSentinelSearch.Action?, _ done: @escaping @EventLoop (RedisNode.Located) -> Void
    ) {
        switch action {
        case .ask(let sentinel):
            go(question, to: sentinel, guideHandshake) { [weak self] result in
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
        let errand = RedisOneOffCommand(command)
        self.errand = errand
        errand.run(to: address, handshake, network, answer)
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
