internal import CLinux
internal import EventLoop
internal import Glibc

/// Reports the state of the program to systemd (sd_notify(3)), one datagram per message. Does nothing without
/// NOTIFY_SOCKET.
struct SystemdNotifier: Sendable {
    /// A state of the program.
    enum Message: Equatable, Sendable {
        case ready(status: String)
        case reloading
        case stopping

        var text: String {
            switch self {
            case .ready(let status): "READY=1\nSTATUS=\(status)"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(MonotonicInstant.now.nanoseconds / 1000)"
            case .stopping: "STOPPING=1"
            }
        }
    }

    private let path: String?

    init(_ environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Sends a message.
    /// - Throws: the reason why it could not be sent.
    func send(_ message: Message) throws(SystemError) {
        guard let path else { return }
        guard let address = UnixAddress(path) else { throw SystemError("sendto", code: ENAMETOOLONG) }
        let socket = try FileDescriptor(
            "socket", Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        let bytes = Array(message.text.utf8)
        let sent = unsafe address.withPointer { pointer, length in
            unsafe sendto(socket.number, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), pointer, length)
        }
        guard sent == bytes.count else { throw SystemError.last("sendto") }
    }
}
