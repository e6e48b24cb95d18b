internal import CLinux
internal import EventLoop
internal import Glibc

/// Delivers signals to the loop.
@EventLoop
final class SignalDescriptor: ReadinessHandler {
    /// A signal that this program listens to.
    enum Signal: Equatable, Sendable {
        /// SIGTERM and SIGQUIT: end.
        case terminate
        /// SIGINT: Ctrl-C at a terminal, which goes to the workers as well.
        case interrupt
        /// SIGHUP: read the settings again.
        case reload
    }

    private nonisolated static let numbers: [(Int32, Signal)] = [
        (SIGTERM, .terminate), (SIGQUIT, .terminate), (SIGINT, .interrupt), (SIGHUP, .reload),
    ]

    private let descriptor: FileDescriptor
    private let onSignal: @EventLoop (Signal) -> Void

    /// Keeps the signals for the descriptor, and takes back what the parent process may have chosen for others. To be
    /// called before there is any other thread, which could get a signal in the descriptor's place, and before
    /// libfcgi, whose own handler of SIGTERM is then never called.
    nonisolated static func block() {
        var signals = set()
        unsafe sigprocmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)  // a peer that is gone is an error of the write
        signal(SIGCHLD, SIG_DFL)  // ignored, the kernel would reap children before anybody knows why they ended
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
