import Synchronization
import TestSupport

/// A run: clients of all kinds on two pods, while faults of all kinds come and go. What everybody did is in the report.
///
/// The seed decides what clients and faults draw. How their threads meet it does not decide, so a run that failed may
/// have to be repeated some times with its seed.
final class Hammer: Sendable {
    let seed: UInt64
    /// STALE_IF_DATABASE_DOWN of the pods.
    let stale: Duration
    let site: BreakableSite
    let roster: HammerRoster

    private let begin = ContinuousClock.now
    private let stopping = Atomic(false)
    private let oddities = Mutex<[String: Int]>([:])
    private let counts = Mutex<[Answer: Int]>([:])

    /// A kind of event.
    private struct Answer: Hashable {
        let operation: HistoryEvent.Operation
        let result: HistoryEvent.Result
    }

    /// What signs in with a password.
    static let password = "correct-horse-battery"
    /// Many, as those whose pod cannot tell wait.
    private static let checkersOfEachPod = 12
    private static let operators = 3
    private static let visitors = 6

    init(seed: UInt64, stale: Duration = .zero) throws {
        RunRecord.note(secret: Self.password)
        self.seed = seed
        self.stale = stale
        // The first pod's workers have a memory. The second's ask Redis each time.
        let setting = ["STALE_IF_DATABASE_DOWN": "\(stale.components.seconds)s"]
        site = try BreakableSite(environments: [setting, setting.merging(["SESSION_CACHE_ENTRIES": "0"]) { $1 }])
        try Fault.makeStrangers(site)
        for name in ["ann", "bob"] { try site.pods[0].gate.addUser(name, password: Self.password) }
        let rows = try site.postgreSQL.psql("SELECT id, username FROM authfcgi_users").split(separator: "\n")
        let accounts = rows.map { $0.split(separator: "|") }.map { (String($0[0]), String($0[1])) }
        roster = HammerRoster(accounts: Dictionary(uniqueKeysWithValues: accounts))
    }

    /// The time of all events.
    var elapsed: Duration { .now - begin }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// An answer that there should not be, or an error that only a broken test explains.
    func note(oddity: String) {
        oddities.withLock { $0[oddity, default: 0] += 1 }
    }

    /// Counts what a client has seen.
    func count(_ event: HistoryEvent) {
        counts.withLock { $0[Answer(operation: event.operation, result: event.result), default: 0] += 1 }
    }

    /// Whether there was so much of everything that a run says something.
    private var didEnough: Bool {
        counts.withLock { counts in
            func count(_ operation: HistoryEvent.Operation, _ result: HistoryEvent.Result = .accepted) -> Int {
                counts[Answer(operation: operation, result: result), default: 0]
            }
            let ends = HistoryEvent.Operation.allCases.filter(\.isRevocation).map { count($0) }
            return count(.check) > 1500 && count(.check, .refused) > 1000 && count(.check, .cannotTell) > 0
                && count(.login) > 100 && ends.reduce(0, +) > 80 && ends.allSatisfy { $0 > 0 }
        }
    }

    /// Runs for at least `duration`, and until there was enough of everything and each fault once; then heals everything,
    /// waits until both pods serve again, and asks all of them about every session once more.
    func run(for duration: Duration) throws -> HammerReport {
        var seeds = SeededGenerator(seed: seed)
        let events = Mutex<[HistoryEvent]>([])
        var threads: [JoinableThread] = []
        func start(_ body: @escaping @Sendable (SeededGenerator) -> [HistoryEvent]) {
            let random = SeededGenerator(seed: seeds.next())
            threads.append(
                JoinableThread {
                    let own = body(random)
                    events.withLock { $0 += own }
                })
        }
        // Side by side. What else there is to break gets a lane of its own here.
        let lanes = [
            FaultLane(Fault.ofPostgreSQL(site), pause: 500...1500, random: SeededGenerator(seed: seeds.next())),
            FaultLane(Fault.ofPaths(site), pause: 200...600, random: SeededGenerator(seed: seeds.next())),
            FaultLane(Fault.ofWorkers(site), pause: 50...1000, random: SeededGenerator(seed: seeds.next())),
            FaultLane(Fault.ofStrangers(site), pause: 100...800, random: SeededGenerator(seed: seeds.next())),
            FaultLane(Fault.ofRedis(site), pause: 50...300, random: SeededGenerator(seed: seeds.next())),
        ]
        // Also when something goes wrong: threads that go on have lost what they work on.
        defer {
            stopping.store(true, ordering: .relaxed)
            for lane in lanes { lane.waitForEnd() }
            for thread in threads { thread.join() }
        }
        for number in 0..<(Self.operators + Self.visitors) {
            start { [self] in
                var client = ActingClient(self, isOperator: number < Self.operators, random: $0)
                return client.run()
            }
        }
        // Sessions first, so that there is something to hit.
        try eventually("there are sessions", within: .seconds(30)) { roster.all.count >= HammerRoster.liveCount }
        for pod in site.pods.indices {
            for _ in 0..<Self.checkersOfEachPod {
                start { [self] in
                    var client = CheckingClient(self, pod: pod, random: $0)
                    return client.run()
                }
            }
        }
        for lane in lanes { lane.start(self) }
        sleepThread(for: duration)
        try eventually("enough has happened", within: .seconds(60), every: .milliseconds(50)) {
            lanes.contains { $0.failure != nil } || didEnough && lanes.allSatisfy(\.hadEachFault)
        }

        stopping.store(true, ordering: .relaxed)
        for lane in lanes { lane.waitForEnd() }
        // Before clients are waited for: what they wait for themselves may need it.
        try site.heal()
        for thread in threads { thread.join() }
        var history = History(events.withLock { $0 })
        let acted = elapsed
        let recovery = try waitForRecovery()
        // So that whatever was acknowledged last has to count.
        sleepThread(for: max(.zero, acted + BreakableSite.revocationDelay - elapsed))
        history.add(try lastChecks())
        return HammerReport(
            seed: seed, stale: stale, history: history, faults: lanes.flatMap(\.strokes).sorted { $0.start < $1.start },
            failures: lanes.compactMap(\.failure), oddities: oddities.withLock { $0 }, acted: acted, recovery: recovery)
    }

    /// Waits until every worker serves and has Redis again; how long that took.
    private func waitForRecovery() throws -> Duration {
        let start = elapsed
        let token = try site.pods[0].gate.signIn("witness")
        for pod in site.pods {
            try pod.gate.waitUntilReady()
            var inARow = 0
            try eventually("every worker accepts again", within: .seconds(15), log: pod.gate.log) {
                inARow = (try? pod.gate.check(token)) == 200 ? inARow + 1 : 0
                return inARow == 20
            }
            try eventually("every worker uses Redis again", within: .seconds(15), log: pod.gate.log) {
                inARow = (try? pod.gate.stores) == ["redis", "postgresql"] ? inARow + 1 : 0
                return inARow == 40
            }
        }
        return elapsed - start
    }

    /// Asks each pod about every session there ever was, and compares with what PostgreSQL says.
    private func lastChecks() throws -> [HistoryEvent] {
        let database = SQLClient(site.postgreSQL.url())
        var events: [HistoryEvent] = []
        for entry in roster.all {
            let isLive = try database.run("SELECT get_user_from_token($1)", entry.token) != ""
            for pod in site.pods.indices {
                // A machine that does much else may be too slow once.
                try eventually("pod \(pod + 1) answers", within: .seconds(5)) {
                    let event = check(entry, on: pod, by: .gate)
                    events.append(event)
                    guard event.result == .accepted || event.result == .refused else { return false }
                    if (event.result == .accepted) != isLive {
                        note(oddity: "at last PostgreSQL says \(isLive ? "live" : "ended") of \(event)")
                    }
                    return true
                }
            }
        }
        return events
    }
}
