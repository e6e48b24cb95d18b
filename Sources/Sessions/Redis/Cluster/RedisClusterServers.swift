internal import EventLoop

/// The nodes of a cluster, each of which stores some of the sessions. Requests the slot map, follows redirections, and
/// does without unavailable nodes.
@EventLoop
final class RedisClusterServers: RedisServers {
    var onChange: (@EventLoop () -> Void)?

    private let network: RedisNetwork
    private let location: RedisLocation
    private let mapHandshake: RedisHandshake
    private var map = RedisClusterMap()
    private var refresh: RedisClusterRefresh
    private var nodes: [ServerAddress: RedisNode] = [:]
    /// The nodes that redirections have named since the last map.
    private var named: Set<ServerAddress> = []
    private var mapRequest: RedisOneOffCommand?
    private var timer: LoopTimer?
    /// Runs while some slots have no server.
    private var gapTimer: LoopTimer?
    /// The reason why no map is known, if no node gave one.
    private var failure: RedisError?
    /// The nodes of the map that have said since then that they know no server for any slot.
    private var withoutSlots: Set<ServerAddress> = []
    private var isClosed = false

    init(
        _ seeds: [ServerAddress], _ location: RedisLocation, _ network: RedisNetwork
    ) {
        self.network = network
        self.location = location
        mapHandshake = RedisHandshake(authenticatingBy: location, ignoresRefusedAuthentication: false)
        refresh = RedisClusterRefresh(seeds: seeds, now: .now)
    }

    func start() { perform(refresh.timeCame(at: .now)) }

    func close() {
        isClosed = true
        mapRequest = nil
        timer?.cancel()
        gapTimer?.cancel()
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
            // Followed once. If the slot moves again meanwhile, PostgreSQL is queried.
            if next.asks { next.connection.send(RedisCommand("ASKING")) { _ in } }
            next.connection.send(command, on: hash, answer)
        }
        return true
    }

    /// Returns the connection for a command that a server redirected, or nil if there is none now.
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
        let handshake = RedisHandshake(location, probe: probe(of: address), mustBePrimary: false)
        let node = RedisNode(network, handshake, locate: { done in done(.success(address)) })
        nodes[address] = node
        node.onChange = { [weak self] in self?.onChange?() }
        // At each failure: another node may have taken over by now, which no node announces.
        node.onFailure = { [weak self] in
            guard let self else { return }
            perform(refresh.lost(address, at: .now))
        }
        node.start()
        return node
    }

    /// Returns a probe with a key that the node stores: only for such a key a node says that its cluster is down.
    private func probe(of address: ServerAddress) -> RedisProbe {
        let number = (0..<Self.probes).first { number in
            map.primary(of: RedisHashSlot(of: network.keys.probeKey(number))) == address
        }
        return network.keys.probe(.single, number: number ?? 0)
    }

    /// More than it takes to find a key of one node of a thousand.
    private static let probes = 20_000

    // MARK: Map

    private func perform(_ action: RedisClusterRefresh.Action?) {
        guard !isClosed else { return }
        switch action {
        case .ask(let address):
            let mapRequest = RedisOneOffCommand(RedisCommand("CLUSTER", "SLOTS"))
            self.mapRequest = mapRequest
            mapRequest.run(to: address, mapHandshake, network) { [weak self] result in self?.take(result, of: address) }
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
            let map = try Self.map(in: try result.get(), of: address)
            adopt(map)
            perform(refresh.answered(map, by: address, at: .now))
        } catch {
            failure = .connection("\(address): \(error.reason)")
            if error == Self.noSlots { withoutSlots.insert(address) }
            let action = refresh.failed(address, at: .now)
            // All nodes have failed.
            if case .wait = action { onChange?() }
            perform(action)
        }
    }

    /// Reads a node's map.
    /// - Throws: ``RedisError``, also for a map without a server for any slot.
    private static func map(in reply: RedisReply, of address: ServerAddress) throws(RedisError) -> RedisClusterMap {
        let map: RedisClusterMap
        do throws(RedisProtocolProblem) {
            map = try RedisClusterMap(slots: reply, askedFrom: address)
        } catch {
            throw .confusion("\(error)")
        }
        guard !map.isEmpty else { throw noSlots }
        return map
    }

    private static let noSlots = RedisError.refused(
        "the node knows no server for any slot; has the cluster been made (redis-cli --cluster create)?")

    private func adopt(_ map: RedisClusterMap) {
        self.map = map
        failure = nil
        withoutSlots = []
        let wanted = named.union(map.primaries)
        named = []
        for (address, node) in nodes where !wanted.contains(address) {
            node.close()
            nodes[address] = nil
        }
        for address in map.primaries { _ = node(at: address) }
        onChange?()
        gapTimer?.cancel()
        gapTimer = nil
        guard map.unservedSlots > 0 else { return }
        // No node announces that somebody serves them now.
        gapTimer = Reactor.shared.schedule(after: .seconds(1)) { [weak self] in
            guard let self else { return }
            perform(refresh.moved(to: nil, at: .now))
        }
    }

    // MARK: Health

    var condition: RedisHealth {
        let primaries = map.primaries
        guard !primaries.isEmpty else { return failure.map { .down($0.reason) } ?? .unknown }
        var reasons: [String] = []
        var (up, unknown) = (0, 0)
        for address in primaries {
            switch nodes[address]?.condition {
            case .up where withoutSlots.contains(address):
                reasons.append("\(address): the node serves no slots any more")
            case .up: up += 1
            case .down(let reason): reasons.append(reason)
            case .unknown, nil: unknown += 1
            }
        }
        let gaps = map.unservedSlots
        if gaps > 0 { reasons.append("\(gaps) of \(RedisHashSlot.count) slots have no server") }
        if reasons.isEmpty { return unknown == 0 ? .up("cluster of \(up) servers") : .unknown }
        let reason = reasons.sorted().joined(separator: "; ")
        return up + unknown > 0 ? .partly(reason) : .down(reason)
    }
}
