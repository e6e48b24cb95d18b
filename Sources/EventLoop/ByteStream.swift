internal import Glibc

/// A connection to a server, over TCP or a unix socket, encrypted or not: bytes go out and come in, and nothing waits.
@EventLoop @safe
package final class ByteStream: ReadinessHandler {
    enum State {
        /// Not opened yet, or its server's name is being looked up. Then `connecting` or `ended`.
        case idle
        /// The kernel is on its way to the server. Then `agreeing`, `open` or `ended`; or again with the next address.
        case connecting
        /// Encryption is being agreed on. Then `open` or `ended`.
        case agreeing
        /// Bytes go to and fro. Then `ended`.
        case open
        case ended
    }

    /// Whom everything is told; nobody once it has ended or was closed, which one of them has to be.
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
    /// What the kernel has not taken yet, from `sent` on.
    var unsent: [UInt8] = []
    private var sent = 0
    private var waitsToWrite = false
    /// Why nothing can be sent any more.
    private var sendFailure: SystemError?

    /// As much is read at once. Shared: the loop reads one stream at a time, and nobody keeps what is lent.
    private static let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private static let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 16)
    /// A server that leaves so many bytes lying is not well.
    private static let maxUnsent = 4 << 20

    /// - Parameters:
    ///   - tls: what encrypts it; nil: nothing.
    ///   - threads: where names are looked up.
    ///   - deadline: within which time it is open, or has failed.
    package init(to address: ServerAddress, tls: TLSContext?, threads: HelperThreads, deadline: Duration) {
        self.address = address
        encryption = tls
        self.threads = threads
        self.deadline = deadline
    }

    isolated deinit { release() }

    /// Begins; the handler learns how it goes, maybe before this returns.
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

    /// Ends it; the handler hears nothing any more.
    package func close() { release() }

    /// Sends bytes: now what the kernel takes, the rest when it takes more. Only while it is open.
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
        // What the protocol itself has to say, such as new keys.
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

    /// Waits for the kernel to take more as long as there is more.
    private func watch() {
        guard let number, waitsToWrite != (sent < unsent.count) else { return }
        waitsToWrite.toggle()
        Reactor.shared.change(number, waitsToWrite ? [.readable, .writable] : [.readable])
    }

    /// How many bytes the kernel took; all, when it never takes any again.
    private func send(_ bytes: [UInt8], from start: Int) -> Int {
        guard let number else { return 0 }
        let count = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(
                number, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start, Int32(MSG_NOSIGNAL))
        }
        guard count < 0 else { return count }
        guard errno != EAGAIN, errno != EINTR else { return 0 }
        // The server is gone. What it has said before, which is still to be read, may tell why.
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
