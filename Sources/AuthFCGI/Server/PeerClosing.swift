internal import EventLoop
internal import Glibc

/// The end of a peer's stream, seen without reading.
enum PeerClosing {
    /// Returns true if the peer has closed the connection, or will send nothing more.
    static func hasHappened(on descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(Readiness.peerClosed.rawValue), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }
}
