internal import EventLoop
internal import Synchronization

/// The time after a flood of notifications for which no connection of a ``ReadLane`` listens. The threads that open
/// connections use it too.
final class ListeningPause: Sendable {
    private let end = Mutex<BootInstant?>(nil)

    /// The reason in a few words, for the log.
    static let reason = "there is a flood of notifications"

    private static let duration = Duration.seconds(5)

    /// Starts the pause, or starts it again.
    func begin(at now: BootInstant) { end.withLock { $0 = now + Self.duration } }

    /// Returns whether connections may listen.
    func isOver(at now: BootInstant) -> Bool { end.withLock { end in end.map { $0 <= now } ?? true } }
}
