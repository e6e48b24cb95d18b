internal import EventLoop

/// A pipe to which nothing is written: its end of file means that the process at the other end has ended, for whatever
/// reason.
@EventLoop
final class Lifeline: ReadinessHandler {
    private let descriptor: FileDescriptor
    private let onEnd: @EventLoop () -> Void

    /// Watches the pipe until its end of file, and stays alive until then. `onEnd` is called once.
    @discardableResult
    init(_ descriptor: consuming FileDescriptor, onEnd: @escaping @EventLoop () -> Void) {
        self.descriptor = descriptor
        self.onEnd = onEnd
        Reactor.shared.add(self.descriptor.number, .readable, self)
    }

    func ready(_ readiness: Readiness) {
        Reactor.shared.remove(descriptor.number)
        onEnd()
    }
}
