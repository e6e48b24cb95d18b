import Glibc
import TestSupport

/// The socket on which systemd receives the notifications of services (sd_notify(3)).
struct NotifySocket {
    let path: String
    private let descriptor: Descriptor

    init(_ path: String) throws {
        self.path = path
        let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptor = try Descriptor(checking: number, "socket")
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            for (index, byte) in path.utf8.enumerated() { unsafe bytes[index] = byte }
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SupportError.system(call: "bind", code: errno) }
    }

    /// Returns the next message.
    ///
    /// - Throws: An error if none arrives in time.
    func receive(within limit: Duration = .seconds(10)) throws -> String {
        var poller = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, Int32(limit.components.seconds * 1000)) == 1 else {
            throw SupportError.timedOut("a message for systemd", log: "")
        }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe recv(descriptor.number, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
