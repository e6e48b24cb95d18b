internal import Glibc

/// A non-blocking connection to a server over TCP or a unix socket, with or without TLS.
@EventLoop @safe
package final class ByteStream: ReadinessHandler {
    enum State {
        /// Not opened yet, or the server's name is being looked up. Next: `connecting` or `ended`.
        case idle
        /// The kernel is connecting. Next: `agreeing`, `open` or `ended`, or `connecting` to the next address.
        case connecting
        /// The TLS handshake is under way. Next: `open` or `ended`.
        case agreeing
        /// Bytes can be sent and received. Next: `ended`.
        case open
        case ended
    }

    /// The receiver of the stream's events. Nil once the stream has ended or was closed; until then the two retain each
    /// other.
    package var handler: (any ByteStreamHandler)?

    let address: ServerAddress
    let encryption: TLSContext?
    let threads: HelperThreads
    private let deadline: Duration
    var state = State.idle
    var socket: FileDescriptor?
    var addresses: [SocketAddress] = []
    var tls: TLSSession?
    var timer: LoopTimer?
    /// The bytes that the kernel has not accepted yet, from `sent` on.
    var unsent: [UInt8] = []
    private var sent = 0
    private var waitsToWrite = false
    /// The error after which nothing can be sent.
    private var sendFailure: SystemError?

    /// The buffers of one read. Shared by all streams: the loop reads one stream at a time, and no handler keeps the
    /// bytes that it borrows.
    private static let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private static let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
    /// The number of unsent bytes at which the stream ends: the server no longer reads.
    private static let maxUnsent = 4 << 20

    /// Creates a stream that is not open yet.
    /// - Parameters:
    ///   - address: The address of the server.
    ///   - tls: The TLS context, or nil for an unencrypted stream.
    ///   - threads: The threads for name lookups.
    ///   - deadline: The time within which the stream must be open; otherwise it ends.
    package init(to address: ServerAddress, tls: TLSContext?, threads: HelperThreads, deadline: Duration) {
        self.address = address
        encryption = tls
        self.threads = threads
        self.deadline = deadline
    }

    isolated deinit { release() }

    /// Starts connecting. The handler may be called before this method returns.
    package func open() {
        timer = Reactor.shared.schedule(after: deadline) { [weak self] in
            guard let self else { return }
            end(lateness)
        }
        do throws(SocketAddress.Unknown) {
            if let known = try SocketAddress.known(address) {
                addresses = known
                connect()
            } else if case .tcp(let host, let port) = address {
                lookUp(host, port)
            }
        } catch {
            end(.name(error.reason))
        }
    }

    /// Closes the stream. The handler is not called any more.
    package func close() { release() }

    /// Sends bytes: at once as many as the kernel accepts, the rest when it accepts more. Does nothing unless the
    /// stream is open.
    package func write(_ bytes: [UInt8]) {
        guard case .open = state else { return }
        do throws(StreamError) {
            if let tls {
                try unsafe bytes.span.withUnsafeBytes { bytes throws(StreamError) in
                    do throws(TLSError) { try unsafe tls.write(bytes) } catch { throw .tls(error) }
                }
                tls.takeCiphertext(into: &unsent)
                try flush()
            } else if sent < unsent.count {
                unsent.append(contentsOf: bytes)
                guard unsent.count - sent < Self.maxUnsent else { throw .congested }
            } else {
                let count = send(bytes, from: 0)
                guard count < bytes.count else { return }
                unsent.append(contentsOf: bytes[count...])
                watch()
            }
        } catch {
            end(error)
        }
    }

    /// Handles events of the stream's socket.
    package func ready(_ readiness: Readiness) {
        do throws(StreamError) {
            switch state {
            case .idle, .ended: return
            case .connecting: return finishConnecting()
            case .agreeing, .open: break
            }
            if readiness.contains(.writable) { try flush() }
            if !readiness.isDisjoint(with: [.readable, .hangUp, .error]) { try receive() }
        } catch {
            end(error)
        }
    }

    // MARK: Bytes

    private func receive() throws(StreamError) {
        guard let number else { return }
        let count = unsafe recv(number, Self.buffer.baseAddress, Self.buffer.count, 0)
        guard count > 0 else {
            if count == 0 { throw sendFailure.map { .system($0) } ?? .ended }
            guard errno == EAGAIN || errno == EINTR else { throw .system(.last("recv")) }
            return
        }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: Self.buffer[..<count])
        guard let tls else {
            unsafe handler?.received(bytes)
            return
        }
        unsafe tls.receive(bytes)
        if case .agreeing = state { try agree() }
        while case .open = state {
            let count: Int
            do throws(TLSError) {
                count = try unsafe tls.read(into: Self.plaintext)
            } catch {
                throw error == .closed ? .ended : .tls(error)
            }
            guard count > 0 else { break }
            unsafe handler?.received(UnsafeRawBufferPointer(rebasing: Self.plaintext[..<count]))
        }
        guard case .open = state else { return }
        // Messages of TLS itself, such as key updates.
        tls.takeCiphertext(into: &unsent)
        try flush()
    }

    func flush() throws(StreamError) {
        guard sent < unsent.count else { return }
        sent += send(unsent, from: sent)
        guard unsent.count - sent < Self.maxUnsent else { throw .congested }
        if sent == unsent.count {
            unsent.removeAll(keepingCapacity: unsent.capacity <= 64 << 10)
            sent = 0
        }
        watch()
    }

    /// Waits for writability exactly as long as bytes are unsent.
    private func watch() {
        guard let number, waitsToWrite != (sent < unsent.count) else { return }
        waitsToWrite.toggle()
        Reactor.shared.change(number, waitsToWrite ? [.readable, .writable] : [.readable])
    }

    /// Returns the number of bytes that the kernel accepted; all of them if it will never accept any again.
    private func send(_ bytes: [UInt8], from start: Int) -> Int {
        guard let number else { return 0 }
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(
                number, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
        }
        guard count < 0 else { return count }
        guard errno != EAGAIN, errno != EINTR else { return 0 }
        // The server is gone. Bytes that it sent before, which are still to be read, may tell the reason.
        sendFailure = .last("send")
        return bytes.count - start
    }

    // MARK: Ending

    var number: Int32? {
        switch socket {
        case .some(let socket): socket.number
        case .none: nil
        }
    }

    func end(_ reason: StreamError) {
        if case .ended = state { return }
        let handler = handler
        release()
        handler?.streamEnded(reason)
    }

    private func release() {
        state = .ended
        handler = nil
        timer?.cancel()
        timer = nil
        tls = nil
        leaveLoop()
    }

    func leaveLoop() {
        guard let number else { return }
        Reactor.shared.remove(number)
        socket = nil
    }
}
