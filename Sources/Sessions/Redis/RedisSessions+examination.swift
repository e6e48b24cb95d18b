internal import EventLoop

extension RedisConfiguration {
    /// Asks a server what an operator may want to know, and tries each command that a gate sends, on a key that does not
    /// exist. Changes nothing. With sentinels it is the primary, with a cluster the first node that answers.
    /// - Returns: Nil if no server answers.
    @EventLoop
    package func examine() async -> RedisFindings? {
        guard tlsProblem == nil else { return nil }
        // What an operator asks for once may take longer than what a check waits for.
        let network = self.network(deadline: max(deadline, .seconds(1)))
        guard let address = await address(network) else { return nil }
        var findings = RedisFindings()
        for trial in trials {
            if case .success(.error(let error)) = await ask(trial.command, address, network),
                !["MOVED", "ASK", "TRYAGAIN"].contains(error.code)
            {
                findings.refusals.append(.init(command: trial.name, reason: error.description))
            }
        }
        for section in ["server", "memory", "persistence"] {
            if case .success(let reply) = await ask(RedisCommand("INFO", section), address, network),
                let bytes = reply.bytes
            {
                findings.take(info: String(decoding: bytes, as: UTF8.self))
            }
        }
        if case .success(.array(let reply)) = await ask(RedisCommand("CONFIG", "GET", "save"), address, network),
            reply.count == 2, let value = reply[1].bytes
        {
            findings.saves = !value.isEmpty
        }
        return findings
    }

    /// A command of a gate.
    private struct Trial {
        /// The words before the arguments.
        let name: String
        let arguments: [String]

        init(_ name: String, _ arguments: String...) {
            self.name = name
            self.arguments = arguments
        }

        var command: RedisCommand {
            RedisCommand((name.split(separator: " ").map(String.init) + arguments).map { Array($0.utf8) })
        }
    }

    /// The commands of a gate. XX: set only what exists.
    private var trials: [Trial] {
        let key = keyPrefix + "probe"
        var trials = [Trial("SET", key, "x", "PX", "1", "XX"), Trial("DEL", key)]
        if location.database > 0 { trials.append(Trial("SELECT", "\(location.database)")) }
        switch location.deployment {
        case .server: trials.append(Trial("MGET", key))
        case .sentinel: trials += [Trial("MGET", key), Trial("ROLE")]
        case .cluster: trials += [Trial("GET", key), Trial("ASKING"), Trial("CLUSTER SLOTS")]
        }
        return trials
    }

    @EventLoop
    private func address(_ network: RedisNetwork) async -> ServerAddress? {
        switch location.deployment {
        case .server(let address): return await answers(address, network) ? address : nil
        case .sentinel(let sentinels, let service):
            let locator = RedisSentinelLocator(sentinels, service: service, location, network)
            defer { extendLifetime(locator) }
            let located: RedisNode.Located = await withCheckedContinuation { continuation in
                locator.locate { continuation.resume(returning: $0) }
            }
            switch located {
            case .success(let address): return address
            case .failure: return nil
            }
        case .cluster(let seeds):
            for seed in seeds {
                if await answers(seed, network) { return seed }
            }
            return nil
        }
    }

    /// Returns whether a server answers at all.
    @EventLoop
    private func answers(_ address: ServerAddress, _ network: RedisNetwork) async -> Bool {
        if case .success = await ask(RedisCommand("DEL", keyPrefix + "probe"), address, network) { true } else { false }
    }

    /// Sends a command on a connection of its own.
    @EventLoop
    private func ask(
        _ command: RedisCommand, _ address: ServerAddress, _ network: RedisNetwork
    ) async -> Result<RedisReply, RedisError> {
        let handshake = RedisHandshake(authenticatingBy: location, ignoresRefusedAuthentication: false)
        let request = RedisOneOffCommand(command)
        defer { extendLifetime(request) }
        return await withCheckedContinuation { continuation in
            request.run(to: address, handshake, network) { continuation.resume(returning: $0) }
        }
    }
}
