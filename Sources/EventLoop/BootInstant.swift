internal import Glibc

/// A moment of this machine's own clock (CLOCK_BOOTTIME): it never goes back, goes on while the machine sleeps, and
/// knows nothing of the wall clock, so that a step of the wall clock moves no deadline.
package struct BootInstant: Comparable, Hashable, Sendable {
    /// Nanoseconds since the machine started.
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The present moment.
    package static var now: BootInstant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return BootInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (a: BootInstant, b: BootInstant) -> Bool { a.nanoseconds < b.nanoseconds }

    package static func + (a: BootInstant, b: Duration) -> BootInstant {
        BootInstant(nanoseconds: a.nanoseconds + b.nanoseconds)
    }

    package static func - (a: BootInstant, b: BootInstant) -> Duration {
        .nanoseconds(a.nanoseconds - b.nanoseconds)
    }
}

extension Duration {
    /// The whole nanoseconds of this duration; durations of settings are far below the 292 years that fit.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// This duration in seconds, for messages and for PostgreSQL's `make_interval(secs => …)`.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
