internal import CLinux
internal import EventLoop
internal import Glibc

/// Delivers signals to the event loop (signalfd(2)).
@EventLoop
final class SignalDescriptor: ReadinessHandler {
    /// A signal that this program handles.
    enum Signal: Equatable, Sendable {
        /// SIGTERM and SIGQUIT: shut down.
        case terminate
        /// SIGINT: Ctrl-C at a terminal, which signals the workers as well.
        case interrupt
        /// SIGHUP: reload the settings.
        case reload
    }

    private nonisolated static let numbers: [(Int32, Signal)] = [
        (SIGTERM, .terminate), (SIGQUIT, .terminate), (SIGINT, .interrupt), (SIGHUP, .reload),
    ]

    private let descriptor: FileDescriptor
    private let onSignal: @EventLoop (Signal) -> Void

    /// Blocks the signals for the descriptor, and sets the actions of SIGPIPE and SIGCHLD, whatever the parent process
    /// has set. To be called before any other thread exists, which could receive a signal instead of the descriptor,
    /// and before libfcgi, whose own handler of SIGTERM is then never called.
    nonisolated static func block() {
        var signals = set()
        unsafe sigprocmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)  // a write to a closed connection fails with EPIPE instead
        signal(SIGCHLD, SIG_DFL)  // if ignored, the kernel reaps children before their exit status is read
    }

    init(onSignal: @escaping @EventLoop (Signal) -> Void) throws(SystemError) {
        var signals = Self.set()
        descriptor = unsafe try FileDescriptor(
            "signalfd", signalfd(-1, &signals, Int32(SFD_CLOEXEC | SFD_NONBLOCK)))
        self.onSignal = onSignal
        Reactor.shared.add(descriptor.number, .readable, self)
    }

    func ready(_ readiness: Readiness) {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while unsafe read(descriptor.number, &information, size) == size {
            let number = Int32(information.ssi_signo)
            if let (_, signal) = Self.numbers.first(where: { $0.0 == number }) { onSignal(signal) }
        }
    }

    private nonisolated static func set() -> sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for (number, _) in numbers { unsafe sigaddset(&signals, number) }
        return signals
    }
}
