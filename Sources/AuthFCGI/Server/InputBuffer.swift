internal import EventLoop
internal import Glibc

/// Memory for the bytes that have arrived on connections, one connection at a time.
@EventLoop @safe
final class InputBuffer {
    /// The result of a look at a connection. No call waits.
    enum Arrival: Equatable {
        /// The number of bytes.
        case bytes(Int)
        case nothing
        /// The peer has closed, or the connection has failed.
        case ended
    }

    private let memory: UnsafeMutableRawBufferPointer

    /// The maximum number of bytes for one look.
    let size: Int

    init(size: Int) {
        self.size = size
        unsafe memory = .allocate(byteCount: size, alignment: 16)
    }

    isolated deinit { unsafe memory.deallocate() }

    /// Copies what has arrived on `descriptor` into the buffer and leaves it in the socket.
    func peek(at descriptor: Int32) -> Arrival { receive(descriptor, .max, Int32(MSG_PEEK)) }

    /// Reads what has arrived on `descriptor`, up to the buffer's size.
    func read(from descriptor: Int32) -> Arrival { receive(descriptor, .max, 0) }

    /// Reads and drops what has arrived on `descriptor`, up to `maximum` bytes and the buffer's size.
    func discard(from descriptor: Int32, atMost maximum: Int = .max) -> Arrival { receive(descriptor, maximum, 0) }

    /// Calls `body` with the first `count` bytes of the buffer, which must be those of the last ``peek(at:)`` or
    /// ``read(from:)``.
    @inline(__always)
    func withBytes<T>(_ count: Int, _ body: (Span<UInt8>) -> T) -> T {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
        return unsafe bytes.withMemoryRebound(to: UInt8.self) { bytes in unsafe body(bytes.span) }
    }

    private func receive(_ descriptor: Int32, _ maximum: Int, _ flags: Int32) -> Arrival {
        let count = unsafe recv(
            descriptor, memory.baseAddress, min(maximum, memory.count), flags | Int32(MSG_DONTWAIT))
        if count > 0 { return .bytes(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended
    }
}
