internal import CLinux
internal import EventLoop
internal import Glibc

/// One listening socket. All workers share it; a new connection wakes one of them.
///
/// That is the first in the kernel's queue that waits for events. Where connections stay, a worker that has accepted some
/// goes to the end of the queue, or one worker would have them all.
@EventLoop
final class Listener: ReadinessHandler {
    private let socket: FileDescriptor
    private let onConnection: @EventLoop (Int32) -> Void
    private let onBatchEnd: @EventLoop () -> Void
    private let onFailure: @EventLoop (SystemError) -> Void
    private let takesTurns: Bool
    private var isAccepting = false

    /// The maximum number of connections that are accepted before other descriptors of the loop have their turn.
    private static let batch = 64
    /// The same if connections stay: then they must be spread over the workers.
    private static let smallBatch = 4

    /// - Parameters:
    ///   - takesTurns: true if connections stay, so that they have to be spread over the workers.
    ///   - onConnection: receives the descriptor of each accepted connection, and its ownership. May call ``pause()``.
    ///   - onBatchEnd: called after the last of the connections that were accepted in one go.
    ///   - onFailure: called when the kernel cannot accept. Must call ``pause()``.
    init(
        _ socket: consuming FileDescriptor, takesTurns: Bool, onConnection: @escaping @EventLoop (Int32) -> Void,
        onBatchEnd: @escaping @EventLoop () -> Void, onFailure: @escaping @EventLoop (SystemError) -> Void
    ) {
        self.socket = socket
        self.takesTurns = takesTurns
        self.onConnection = onConnection
        self.onBatchEnd = onBatchEnd
        self.onFailure = onFailure
    }

    func resume() {
        guard !isAccepting else { return }
        isAccepting = true
        Reactor.shared.add(socket.number, [.readable, .exclusive], self)
    }

    func pause() {
        guard isAccepting else { return }
        isAccepting = false
        Reactor.shared.remove(socket.number)
    }

    func ready(_ readiness: Readiness) {
        acceptBatch()
        guard takesTurns, isAccepting else { return }
        pause()
        resume()
    }

    /// Accepts all queued connections, then stops.
    func drain() {
        while acceptBatch() {}
        pause()
    }

    /// - Returns: true if more connections may be queued.
    @discardableResult
    private func acceptBatch() -> Bool {
        defer { onBatchEnd() }
        for _ in 0..<(takesTurns ? Self.smallBatch : Self.batch) {
            guard isAccepting else { return false }
            let descriptor = accept4(socket.number, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
            if descriptor >= 0 {
                onConnection(descriptor)
                continue
            }
            switch errno {
            case EAGAIN: return false
            case EINTR, ECONNABORTED: continue
            default: onFailure(SystemError.last("accept4"))
            }
        }
        return isAccepting
    }
}
