internal import Glibc

/// The clock that people read, which may be set at any time: for what is shown only.
enum WallClock {
    /// The number of nanoseconds since 1970.
    static var nanoseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
