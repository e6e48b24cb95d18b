internal import Glibc

/// An instant of this machine's clock since boot (CLOCK_BOOTTIME, clock_gettime(2)). The clock never goes back, runs
/// while the machine sleeps, and is independent of the wall clock, so that a step of the wall clock moves no deadline.
package struct BootInstant: Comparable, Hashable, Sendable {
    /// The number of nanoseconds since boot.
    package var nanoseconds: Int64

    /// Creates an instant.
    /// - Parameter nanoseconds: The number of nanoseconds since boot.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The current instant.
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
    /// The duration in whole nanoseconds. The durations in settings are far below the 292 years that fit.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// The duration in seconds, for messages and for PostgreSQL's `make_interval(secs => …)`.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
