import EventLoop
import Glibc

/// The peer's end of a connection. No call blocks.
class PeerSocket {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Sends bytes.
    ///
    /// - Returns: The number of bytes that the connection accepts at present, or 0 if it is closed.
    @discardableResult
    final func send(_ bytes: [UInt8]) -> Int {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        return max(0, unsafe Glibc.send(descriptor.number, bytes, bytes.count, flags))
    }

    final func endSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    /// Returns the bytes that the tested end has sent since the last call.
    final func received() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe recv(descriptor.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return Array(buffer.prefix(max(0, count)))
    }

    /// A Boolean value that indicates whether the tested end has ended its stream or is closed, and all its bytes were
    /// read.
    final var isEnded: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor.number, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
        return count == 0 || count < 0 && errno != EAGAIN
    }
}
