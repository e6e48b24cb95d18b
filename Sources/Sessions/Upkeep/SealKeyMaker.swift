internal import EventLoop
internal import Logging

/// Makes a new key for seals in Redis when one is due: at the first use after the server's start, and once a day. Any number
/// of processes may try at once, and one makes it.
@EventLoop
final class SealKeyMaker {
    private let lane: CommandLane
    private let log: Logger
    private var isTrying = false
    /// The earliest time of the next attempt; nil for at once.
    private var notBefore: BootInstant?
    private var failure = LogCondition("no_seal_key", reminder: .seconds(600))

    /// The time between two attempts, as on a server that is read-only.
    private static let pause = Duration.seconds(5)

    init(_ lane: CommandLane, log: Logger) {
        self.lane = lane
        self.log = log
    }

    /// Makes a key, unless an attempt is under way or has just failed.
    /// - Parameter done: Called after an attempt that has not failed.
    func make(_ done: @escaping @EventLoop () -> Void) {
        guard !isTrying, notBefore.map({ $0 <= .now }) ?? true else { return }
        isTrying = true
        EventLoop.spawn { [self] in
            do throws(PostgreSQLError) {
                try await lane.run(MakeSealKey())
                done()
            } catch {
                if let fields = failure.begin(error.reason) {
                    log.warning(
                        "making a key for snapshots in Redis failed, and without one Redis is not used: \(error.reason)",
                        metadata: fields)
                }
            }
            notBefore = .now + Self.pause
            isTrying = false
        }
    }

    /// Notes that no key is due.
    func rest() {
        notBefore = nil
        if let fields = failure.end() { log.info("there is a new key for snapshots in Redis", metadata: fields) }
    }
}
