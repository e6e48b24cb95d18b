internal import CLinux
internal import EventLoop
internal import Glibc

/// A time of CLOCK_MONOTONIC. All processes of a machine share this clock, and it stops while the machine is suspended,
/// so that a suspended worker does not count as hung.
struct MonotonicInstant: Comparable, Hashable, Sendable {
    let nanoseconds: UInt64

    static var now: MonotonicInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func < (a: MonotonicInstant, b: MonotonicInstant) -> Bool { a.nanoseconds < b.nanoseconds }

    static func + (a: MonotonicInstant, b: Duration) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: UInt64(Int64(a.nanoseconds) + b.nanoseconds))
    }

    static func - (a: MonotonicInstant, b: MonotonicInstant) -> Duration {
        .nanoseconds(Int64(a.nanoseconds) - Int64(b.nanoseconds))
    }
}
