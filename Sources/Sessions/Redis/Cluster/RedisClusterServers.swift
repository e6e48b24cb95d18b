internal import EventLoop

/// The servers of a cluster, each of which has some of the sessions: asks them who has which, goes where they say, and
/// does without those that are away.
@EventLoop
final class RedisClusterServers: RedisServers {
    var onChange: (@EventLoop () -> Void)?

    private let network: RedisNetwork
    private let nodeHandshake: RedisHandshake
    private let mapHandshake: RedisHandshake
    private var map = RedisClusterMap()
    private var refresh: RedisClusterRefresh
    private var nodes: [ServerAddress: RedisNode] = [:]
    /// Servers without slots of their own, which others have named since the last map.
    private var named: Set<ServerAddress> = []
    private var errand: RedisOneOffCommand?
    private var timer: LoopTimer?
    /// Why there is no map, when nobody gave one.
    private var failure: RedisError?
    private var isClosed = false

    init(
        _ seeds: [ServerAddress], _ location: RedisLocation, _ network: RedisNetwork
    ) {
        self.network = network
        nodeHandshake = RedisHandshake(location, probe: network.keys.probe(.single), mustBePrimary: false)
        mapHandshake = RedisHandshake(authenticatingBy: location, mayBeStranger: false)
        refresh = RedisClusterRefresh(seeds: seeds, now: .now)
    }

    func start() { perform(refresh.timeCame(at: .now)) }

    func close() {
        isClosed = true
        errand = nil
        timer?.cancel()
        for node in nodes.values { node.close() }
    }

    // MARK: Commands

    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool { send(.get, on: hash, answer) }

    func send(
        _ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer
    ) -> Bool {
        guard let server = map.primary(of: RedisHashSlot(of: network.keys.key(hash))),
            let connection = nodes[server]?.connection
        else { return false }
        connection.send(command, on: hash) { [weak self] result in
            guard let self, case .success(.error(let error)) = result,
                let next = follow(error, from: server)
            else { return answer(result) }
            // Once: what moves again meanwhile is asked for elsewhere.
            if next.asks { next.connection.send(RedisCommand("ASKING")) { _ in } }
            next.connection.send(command, on: hash, answer)
        }
        return true
    }

    /// Where a command is to go that a server did not take; nil: nowhere now.
    private func follow(_ error: RedisServerError, from server: ServerAddress) -> (
        connection: RedisConnection, asks: Bool
    )? {
        guard let redirection = RedisRedirection(error, askedFrom: server) else {
            if error.code == "CLUSTERDOWN" { perform(refresh.moved(to: nil, at: .now)) }
            return nil
        }
        if redirection.kind == .moved {
            if let address = redirection.address { map.move(redirection.slot, to: address) }
            perform(refresh.moved(to: redirection.address, at: .now))
        }
        guard let address = redirection.address else { return nil }
        named.insert(address)
        return node(at: address).connection.map { ($0, redirection.kind == .ask) }
    }

    private func node(at address: ServerAddress) -> RedisNode {
        if let node = nodes[address] { return node }
        let node = RedisNode(network, nodeHandshake, locate: { done in done(.success(address)) })
        nodes[address] = node
        node.onChange = { [weak self] in self?.onChange?() }
        // Each time: another server may have taken its place by now, which nobody says by himself.
        node.onFailure = { [weak self] in
            guard let self else { return }
            perform(refresh.lost(address, at: .now))
        }
        node.start()
        return node
    }

    // MARK: The map

    private func perform(_ action: RedisClusterRefresh.Action?) {
        guard !isClosed else { return }
        switch action {
        case .ask(let address):
            let errand = RedisOneOffCommand(RedisCommand("CLUSTER", "SLOTS"))
            self.errand = errand
            errand.run(to: address, mapHandshake, network) { [weak self] result in self?.take(result, of: address) }
        case .wait(let until):
            timer?.cancel()
            timer = Reactor.shared.schedule(at: until) { [weak self] in
                guard let self else { return }
                perform(refresh.timeCame(at: .now))
            }
        case nil: break
        }
    }

    private func take(_ result: Result<RedisReply, RedisError>, of address: ServerAddress) {
        do throws(RedisError) {
            let reply = try result.get()
            let map: RedisClusterMap
            do throws(RedisProtocolProblem) {
                map = try RedisClusterMap(slots: reply, askedFrom: address)
            } catch {
                throw .confusion("\(address): \(error)")
            }
            if map.isEmpty { failure = .refused("\(address) serves no slots") } else { adopt(map) }
            perform(refresh.answered(map, by: address, at: .now))
        } catch {
            failure = .connection("\(address): \(error.reason)")
            let action = refresh.failed(address, at: .now)
            // Nobody is left to be asked.
            if case .wait = action, map.isEmpty { onChange?() }
            perform(action)
        }
    }

    private func adopt(_ map: RedisClusterMap) {
        self.map = map
        failure = nil
        let wanted = named.union(map.primaries)
        named = []
        for (address, node) in nodes where !wanted.contains(address) {
            node.close()
            nodes[address] = nil
        }
        for address in map.primaries { _ = node(at: address) }
        onChange?()
    }

    // MARK: How they are

    var condition: RedisHealth {
        let primaries = map.primaries
        guard !primaries.isEmpty else { return failure.map { .down($0.reason) } ?? .unknown }
        var reasons: [String] = []
        var (up, unknown) = (0, 0)
        for address in primaries {
            switch nodes[address]?.condition {
            case .up: up += 1
            case .down(let reason): reasons.append(reason)
            case .unknown, nil: unknown += 1
            }
        }
        if reasons.isEmpty { return unknown == 0 ? .up("cluster of \(up) servers") : .unknown }
        let reason = reasons.sorted().joined(separator: "; ")
        return up + unknown > 0 ? .partly(reason) : .down(reason)
    }
}
