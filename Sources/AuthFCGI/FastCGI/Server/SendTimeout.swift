internal import Glibc

/// What exceeds a socket's buffer waits for the peer: not for long.
enum SendTimeout {
    private static let certainlyFits = 32 * 1024
    private static let microseconds = 200_000

    static func set(on descriptor: Int32, for bytes: Int) {
        guard bytes > certainlyFits else { return }
        var limit = timeval(tv_sec: 0, tv_usec: microseconds)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
}
