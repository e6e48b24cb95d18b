internal import EventLoop

/// A pipe that nobody writes to: that it ends means that the process at its other end is gone, however that came.
@EventLoop
final class Lifeline: ReadinessHandler {
    private let descriptor: FileDescriptor
    private let onEnd: @EventLoop () -> Void

    /// Lives until the pipe has ended; `onEnd` is called once.
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
