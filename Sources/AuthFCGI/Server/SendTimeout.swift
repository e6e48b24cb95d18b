internal import Glibc

/// The limit of the time for which sending may block the loop.
enum SendTimeout {
    /// The number of bytes that always fit into a socket's send buffer once it is empty.
    private static let certainlyFits = 32 * 1024
    private static let microseconds = 200_000

    /// Sets the limit if `bytes` may not fit into the send buffer, so that sending has to wait for the peer.
    static func set(on descriptor: Int32, for bytes: Int) {
        guard bytes > certainlyFits else { return }
        var limit = timeval(tv_sec: 0, tv_usec: microseconds)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
}
