internal import EventLoop
internal import Sessions

/// What Redis is like. The gate works without it.
enum RedisChecks {
    private static let noRedis = Finding.skipped("REDIS_URL is not set")
    private static let noAnswer = Finding.skipped("Redis does not answer")
    private static let notAllowed = Finding.note("the user of REDIS_URL may not ask for it (INFO)")

    @Sendable
    static func reachable(_ examination: Examination) -> [Finding] {
        guard let location = examination.settings.redisLocation else { return [noRedis] }
        guard let reason = examination.stores.redis else {
            return [answering("\(location)", examination.stores.redisFindings?.refusals ?? [])]
        }
        return [unreachable(reason)]
    }

    /// - Parameter reason: Why Redis cannot be used.
    static func unreachable(_ reason: String) -> Finding {
        .error(
            "Redis: \(reason); 'serve' would start, and ask PostgreSQL instead", RedisRemedy.of(reason),
            exitCode: CommandFailure.unavailableCode)
    }

    /// - Parameters:
    ///   - location: The location in REDIS_URL.
    ///   - refusals: The commands of a gate that are refused.
    static func answering(_ location: String, _ refusals: [RedisFindings.Refusal]) -> Finding {
        guard let refusal = refusals.first(where: { $0.reason.hasPrefix("READONLY ") }) else {
            return .fine("Redis answers (\(location))")
        }
        return .error(
            "Redis answers (\(location)), and is a replica, which keeps nothing for the gate",
            RedisRemedy.of(refusal.reason))
    }

    @Sendable
    static func version(_ examination: Examination) -> [Finding] {
        look(examination) { findings in
            guard let version = findings.version else { return notAllowed }
            return self.version(version)
        }
    }

    /// - Parameter version: Product and version, such as `Redis 6.0.16`.
    static func version(_ version: String) -> Finding {
        let numbers = version.split(whereSeparator: { $0 == " " || $0 == "." }).compactMap { Int($0) }
        guard numbers.count >= 2, !(numbers[0] > 6 || numbers[0] == 6 && numbers[1] >= 2) else { return .fine(version) }
        return .warning("\(version) is older than 6.2, with which the gate was never tested", "upgrade it")
    }

    @Sendable
    static func encryption(_ examination: Examination) -> [Finding] {
        guard let location = examination.settings.redisLocation else { return [noRedis] }
        return [encryption(location)]
    }

    static func encryption(_ location: RedisLocation) -> Finding {
        if location.usesTLS { return .fine("encrypted, and the server is verified") }
        guard let host = location.hosts.first(where: { !isLocal($0) }) else {
            return .fine("not encrypted, and within this machine")
        }
        let what = location.credentials == nil ? "nothing" : "nothing, not even the password,"
        return .warning("\(what) is encrypted on the way to \(host): who listens learns who is signed in")
    }

    private static func isLocal(_ host: String) -> Bool {
        host.hasPrefix("127.") || ["::1", "localhost"].contains(host)
    }

    @Sendable
    static func rights(_ examination: Examination) -> [Finding] {
        guard examination.settings.redisLocation != nil else { return [noRedis] }
        guard let findings = examination.stores.redisFindings else { return [noAnswer] }
        guard !findings.refusals.isEmpty else { return [.fine("each command is answered")] }
        return findings.refusals.map(refused)
    }

    static func refused(_ refusal: RedisFindings.Refusal) -> Finding {
        let reason = RedisRemedy.firstSentence(refusal.reason)
        return .error("\(refusal.command) is refused: \(reason)", RedisRemedy.of(reason))
    }

    @Sendable
    static func memory(_ examination: Examination) -> [Finding] {
        look(examination) { findings in
            guard let maximum = findings.maxMemory, let policy = findings.evictionPolicy else { return notAllowed }
            return memory(maximum: maximum, policy: policy)
        }
    }

    /// - Parameters:
    ///   - maximum: The maximum in bytes; 0 for none.
    ///   - policy: `maxmemory-policy`
    static func memory(maximum: Int, policy: String) -> Finding {
        guard maximum > 0 else {
            return .note(
                "maxmemory is not set: Redis takes what memory there is; a session takes less than 1 kB",
                "set it, with maxmemory-policy allkeys-lru")
        }
        guard policy == "noeviction" else { return .fine("at \(maximum >> 20) MiB, \(policy)") }
        let size = "\(maximum >> 20) MiB"
        return .warning("maxmemory-policy is noeviction: at \(size) nothing more is kept, and PostgreSQL is asked")
    }

    @Sendable
    static func persistence(_ examination: Examination) -> [Finding] {
        look(examination) { findings in
            guard findings.appendsToFile != nil || findings.saves != nil else { return notAllowed }
            guard findings.appendsToFile == true || findings.saves == true else { return .fine("it does not") }
            return .note(
                "Redis writes its data to disk, which the gate does not need",
                "if nobody else needs it either: save \"\", appendonly no")
        }
    }

    private static func look(_ examination: Examination, _ look: (RedisFindings) -> Finding) -> [Finding] {
        guard examination.settings.redisLocation != nil else { return [noRedis] }
        guard let findings = examination.stores.redisFindings else { return [noAnswer] }
        return [look(findings)]
    }
}

extension RedisLocation {
    /// The hosts that are not unix sockets.
    fileprivate var hosts: [String] {
        let addresses =
            switch deployment {
            case .server(let address): [address]
            case .sentinel(let addresses, _), .cluster(let addresses): addresses
            }
        return addresses.compactMap { address -> String? in
            if case .tcp(let host, _) = address { return host }
            return nil
        }
    }
}
