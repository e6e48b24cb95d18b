import CLinux
import Glibc

/// A client's connection to a `SocketProxy` and the proxy's connection to the server.
struct ProxyLink {
    let client: Descriptor
    let server: Descriptor
    /// Nothing comes through any more, whatever happens to the proxy.
    var isLost = false
    var toServer = ProxyDirection()
    var toClient = ProxyDirection()

    init(client: Descriptor, server: Descriptor) {
        self.client = client
        self.server = server
    }

    /// The entries for poll(2).
    var entries: [pollfd] {
        [
            Self.entry(client, from: toServer, to: toClient),
            Self.entry(server, from: toClient, to: toServer),
        ]
    }

    /// Returns the time at which the next delayed bytes are to be forwarded.
    func wakeUp(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        [toServer, toClient].filter { !$0.isBlocked }.compactMap(\.due).min()
    }

    /// Forwards all bytes that can be forwarded.
    ///
    /// - Returns: False if the link has ended and both connections are to be closed.
    mutating func pump(delay: Duration, now: ContinuousClock.Instant) -> Bool {
        Self.pump(&toServer, from: client, to: server, delay: delay, now: now)
            && Self.pump(&toClient, from: server, to: client, delay: delay, now: now)
            && !(toServer.isOver && toClient.isOver)
    }

    /// Ends both connections at once. The descriptors are closed after the last poll that uses them.
    func cut() {
        shutdown(client.number, Int32(SHUT_RDWR))
        shutdown(server.number, Int32(SHUT_RDWR))
    }

    private static func entry(_ socket: Descriptor, from input: ProxyDirection, to output: ProxyDirection) -> pollfd {
        let events = (input.wantsInput ? POLLIN : 0) | (output.isBlocked && !output.isPaused ? POLLOUT : 0)
        // poll reports a hang-up even if no events are requested, so a paused socket is omitted.
        return pollfd(fd: events == 0 ? -1 : socket.number, events: Int16(events), revents: 0)
    }

    private static func pump(
        _ direction: inout ProxyDirection, from source: Descriptor, to destination: Descriptor, delay: Duration,
        now: ContinuousClock.Instant
    ) -> Bool {
        while direction.wantsInput {
            var result = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                result = unsafe recv(source.number, buffer.baseAddress, buffer.count, 0)
                count = max(0, result)
            }
            if result < 0, errno == EAGAIN || errno == EINTR { break }
            guard result >= 0 else { return false }
            direction.add(bytes, delay: delay, now: now)
        }
        direction.isBlocked = false
        while let bytes = direction.next(now: now) {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(destination.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN || errno == EINTR {
                direction.isBlocked = true
                break
            }
            guard count >= 0 else { return false }
            direction.sent(count)
        }
        if direction.wantsToEnd {
            shutdown(destination.number, Int32(SHUT_WR))
            direction.isOver = true
        }
        return true
    }
}
