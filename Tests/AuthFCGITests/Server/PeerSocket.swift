import EventLoop
import Glibc

/// The peer's end of a connection. No call waits.
class PeerSocket {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// - Returns: how many bytes our end takes at present; 0 when it is closed.
    @discardableResult
    final func send(_ bytes: [UInt8]) -> Int {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        return max(0, unsafe Glibc.send(descriptor.number, bytes, bytes.count, flags))
    }

    final func endSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    /// Takes what our end has sent.
    final func received() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe recv(descriptor.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return Array(buffer.prefix(max(0, count)))
    }

    /// Whether our end sends nothing more, or is closed, and all that it has sent was taken.
    final var isEnded: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor.number, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        return count == 0 || count < 0 && errno != EAGAIN
    }
}
