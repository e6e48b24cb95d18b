internal import Glibc

/// The opening of a stream: name lookup, the kernel's connection and the TLS handshake.
extension ByteStream {
    /// The error of a stream that missed its deadline, by the step that took too long.
    var lateness: StreamError {
        switch state {
        case .idle: .name("name lookup timed out for \(address)")
        case .agreeing: .tls(.protocol("no answer within the deadline (does the server speak TLS there?)"))
        case .connecting, .open, .ended: .deadline
        }
    }

    func lookUp(_ host: String, _ port: UInt16) {
        let threads = threads
        EventLoop.spawn { [weak self] in
            let found: Result<[SocketAddress], SocketAddress.Unknown>
            do throws(HelperThreads.Busy) {
                found = try await threads.run {
                    Result { () throws(SocketAddress.Unknown) in try SocketAddress.lookUp(host, port) }
                }
            } catch {
                found = .failure(SocketAddress.Unknown(reason: "all name lookup threads are busy"))
            }
            guard let self, case .idle = state else { return }
            switch found {
            case .success(let addresses):
                self.addresses = addresses
                connect()
            case .failure(let error): end(.name(error.reason))
            }
        }
    }

    /// Connects to the next address.
    func connect() {
        var reason = StreamError.name("no address for \(address)")
        while !addresses.isEmpty {
            let next = addresses.removeFirst()
            do throws(SystemError) {
                let descriptor = try next.connect()
                state = .connecting
                // A unix socket is connected and writable at once.
                Reactor.shared.add(descriptor.number, [.writable], self)
                socket = consume descriptor
                return
            } catch {
                reason = .system(error)
            }
        }
        end(reason)
    }

    func finishConnecting() {
        guard let number else { return }
        var code: Int32 = 0
        var length = socklen_t(4)
        unsafe _ = getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else {
            let error = SystemError("connect", code: code)
            guard !addresses.isEmpty else { return end(.system(error)) }
            leaveLoop()
            return connect()
        }
        addresses = []
        Reactor.shared.change(number, [.readable])
        guard let encryption else { return becomeOpen() }
        state = .agreeing
        do throws(TLSError) {
            let host = if case .tcp(let host, _) = address { host } else { "localhost" }
            tls = try TLSSession(encryption, host: host)
        } catch {
            return end(.tls(error))
        }
        do throws(StreamError) { try agree() } catch { end(error) }
    }

    func agree() throws(StreamError) {
        guard let tls else { return }
        let isDone: Bool
        do throws(TLSError) {
            isDone = try tls.shakeHands()
        } catch {
            // The alert tells the server the reason, if it still reads.
            tls.takeCiphertext(into: &unsent)
            try flush()
            throw .tls(error)
        }
        tls.takeCiphertext(into: &unsent)
        try flush()
        if isDone { becomeOpen() }
    }

    func becomeOpen() {
        timer?.cancel()
        timer = nil
        state = .open
        handler?.streamOpened()
    }
}
