internal import EventLoop
internal import Logging
internal import Sessions

/// The log of refused checks at level debug: for each a line with the reason, the source of the answer and its time.
@EventLoop
final class RefusedCheckLog {
    private let store: SessionStore
    private let log: Logger

    /// Returns nil at a higher level, at which a check costs nothing more.
    init?(_ log: Logger, store: SessionStore) {
        guard log.logLevel <= .debug else { return nil }
        self.log = log
        self.store = store
    }

    /// Begins with a request.
    func begin(_ request: OriginalRequest) -> TracedCheck { TracedCheck(request, store, log) }
}
