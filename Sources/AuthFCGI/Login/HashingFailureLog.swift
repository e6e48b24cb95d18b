internal import EventLoop
internal import Logging

/// Logs that passwords cannot be hashed, as for lack of memory, which any number of requests may meet, and that they can again.
@EventLoop
final class HashingFailureLog {
    private let log: Logger
    private var condition = LogCondition.ofRequests("hashing_fails")

    init(_ log: Logger) {
        self.log = log
    }

    /// Notes that the hash of a password could not be computed.
    func failed(_ reason: String) {
        guard let fields = condition.begin(reason) else { return }
        log.error("password check failed: \(reason)", metadata: fields)
    }

    /// Notes that a hash was computed.
    func succeeded() {
        guard let fields = condition.end() else { return }
        log.info("passwords can be checked again", metadata: fields)
    }
}
