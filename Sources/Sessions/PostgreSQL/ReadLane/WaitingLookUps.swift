internal import EventLoop

/// The look-ups that wait for a connection. They fail after a short wait.
struct WaitingLookUps {
    private var lookUps: [(key: LookUpKey, until: BootInstant)] = []

    /// The end of the first wait, or nil if no look-up waits.
    private(set) var wakeAt: BootInstant?

    /// The maximum wait.
    var limit: Duration

    /// Waits end together, at multiples of this duration, so that one wake-up serves many look-ups.
    private static let granularity = Duration.milliseconds(5)

    init(limit: Duration) {
        self.limit = limit
    }

    /// All keys, in the order of their arrival.
    var keys: [LookUpKey] { lookUps.map(\.key) }

    /// Adds a look-up.
    /// - Parameters:
    ///   - key: The look-up.
    ///   - deadline: The time at which its answer is too late.
    ///   - now: The current instant.
    mutating func add(_ key: LookUpKey, deadline: BootInstant, at now: BootInstant) {
        let end = min(deadline, now + limit).nanoseconds
        let granularity = Self.granularity.nanoseconds
        let until = BootInstant(nanoseconds: (end + granularity - 1) / granularity * granularity)
        lookUps.append((key, until))
        wakeAt = min(wakeAt ?? until, until)
    }

    /// Handles the end of a standstill of this process: all waits begin anew.
    mutating func stoodStill(until end: BootInstant) {
        for index in lookUps.indices { lookUps[index].until = max(lookUps[index].until, end + limit) }
        wakeAt = lookUps.lazy.map(\.until).min()
    }

    /// Removes and returns all look-ups.
    mutating func takeAll() -> [LookUpKey] {
        defer { self = WaitingLookUps(limit: limit) }
        return keys
    }

    /// Removes and returns the look-ups whose wait has ended.
    mutating func takeLate(at now: BootInstant) -> [LookUpKey] {
        let late = lookUps.filter { $0.until <= now }.map(\.key)
        lookUps.removeAll { $0.until <= now }
        wakeAt = lookUps.lazy.map(\.until).min()
        return late
    }
}
