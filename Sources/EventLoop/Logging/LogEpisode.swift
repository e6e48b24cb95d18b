/// A condition that lasts, such as an outage, and that the log mentions when it begins, when its reason changes and when
/// it ends. The time is passed in.
package struct LogEpisode: Sendable {
    private let interval: Duration
    private let reminder: Duration?
    private var last: (reason: String, loggedAt: BootInstant)?
    /// True from a logged beginning to the end.
    package private(set) var isOpen = false

    /// - Parameters:
    ///   - interval: The minimum time between two lines about beginnings.
    ///   - reminder: The time after which a condition that lasts, or comes again for the same reason, is logged again; nil
    ///     for one line for each time that it begins.
    package init(interval: Duration = .zero, reminder: Duration? = nil) {
        self.interval = interval
        self.reminder = reminder
    }

    /// The condition holds.
    /// - Returns: True if it is to be logged.
    package mutating func begin(_ reason: String = "", at now: BootInstant = .now) -> Bool {
        if let last {
            let elapsed = now - last.loggedAt
            if last.reason != reason {
                guard elapsed >= interval else { return false }
            } else if isOpen {
                guard let reminder, elapsed >= reminder else { return false }
            } else {
                guard elapsed >= max(interval, reminder ?? .zero) else { return false }
            }
        }
        last = (reason, now)
        isOpen = true
        return true
    }

    /// The condition does not hold.
    /// - Returns: True if its end is to be logged: its beginning was, and no end since.
    package mutating func end() -> Bool {
        defer { isOpen = false }
        return isOpen
    }
}

extension LogEpisode {
    /// A failure that any number of requests may meet: logged when it begins, when its reason changes, and once a minute
    /// while it lasts; never more than once a second.
    package static var ofRequests: LogEpisode { LogEpisode(interval: .seconds(1), reminder: .seconds(60)) }
}
