import CLinux
import Glibc

/// A connection with a receive buffer. Every call that waits has a deadline.
final class StreamSocket {
    private let descriptor: Descriptor
    private let name: String
    /// Received bytes. Those that were taken are removed when more arrive.
    private var buffer: [UInt8] = []
    private var start = 0

    init(connectingTo endpoint: Endpoint, until deadline: Deadline) throws {
        descriptor = try endpoint.connect(until: deadline)
        name = endpoint.description
    }

    /// The received bytes that were not taken yet.
    var available: ArraySlice<UInt8> { buffer[start...] }

    /// Sends all bytes.
    ///
    /// - Returns: False if the peer closed the connection before it had received all bytes.
    func send(_ bytes: [UInt8], until deadline: Deadline) throws -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor.number, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL)
                )
            }
            if count >= 0 {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EPIPE, ECONNRESET: return false
            case EAGAIN:
                guard descriptor.wait(for: POLLOUT, until: deadline) else {
                    throw SupportError.timedOut("sending to \(name): \(sent) of \(bytes.count) bytes sent")
                }
            default: throw SupportError.lastSystemError("send to \(name)")
            }
        }
        return true
    }

    /// Receives more bytes.
    ///
    /// - Returns: False if there are no more because the peer closed or reset the connection.
    func receive(until deadline: Deadline) throws -> Bool {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        while true {
            guard descriptor.wait(for: POLLIN, until: deadline) else {
                throw SupportError.timedOut(
                    "receiving from \(name); so far: \(String(decoding: available, as: UTF8.self))")
            }
            let room = 16384
            let old = buffer.count
            buffer.reserveCapacity(old + room)
            var count = 0
            unsafe buffer.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: room) { space, initialized in
                    count = unsafe recv(descriptor.number, space.baseAddress, room, 0)
                    initialized = max(0, count)
                })
            if count > 0 { return true }
            if count == 0 { return false }
            switch errno {
            case EINTR, EAGAIN: continue
            case ECONNRESET: return false
            default: throw SupportError.lastSystemError("receive from \(name)")
            }
        }
    }

    /// Takes available bytes.
    func take(_ count: Int) -> [UInt8] {
        let bytes = Array(buffer[start..<start + count])
        start += count
        return bytes
    }

    /// Takes exactly `count` bytes, or fewer if the peer closed the connection first.
    func take(exactly count: Int, until deadline: Deadline) throws -> [UInt8] {
        while available.count < count, try receive(until: deadline) {}
        return take(min(count, available.count))
    }

    /// Returns whether the peer closes or has closed the connection in time, without sending another byte.
    func isClosed(within duration: Duration) throws -> Bool {
        guard available.isEmpty, descriptor.wait(for: POLLIN, until: Deadline(within: duration)) else { return false }
        return try !receive(until: Deadline(within: .zero))
    }

    /// Shuts down the sending side.
    func endSending() {
        shutdown(descriptor.number, Int32(SHUT_WR))
    }
}
