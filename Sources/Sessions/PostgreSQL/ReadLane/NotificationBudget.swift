internal import EventLoop

/// The bound on the work for notifications: how much of them is read in a period. What exceeds it counts as one revocation
/// of everything, which costs next to nothing however much there is. Notifications and answers arrive on one connection, so
/// a flood of notifications must be passed over faster than PostgreSQL can send it.
struct NotificationBudget {
    /// A statement that ends sessions sends at most 1,000 notifications and 257 KB.
    private static let maxNotifications = 2000
    private static let maxBytes = 257_000
    private static let period = Duration.milliseconds(250)

    private var periodEnd: BootInstant?
    private var notifications = 0
    private var bytes = 0

    /// Counts a notification.
    /// - Parameters:
    ///   - size: The length of its payload in bytes.
    ///   - now: The current instant.
    /// - Returns: False if it may not be read.
    mutating func take(_ size: Int, at now: BootInstant) -> Bool {
        if periodEnd.map({ now >= $0 }) ?? true {
            periodEnd = now + Self.period
            notifications = 0
            bytes = 0
        }
        guard notifications < Self.maxNotifications, bytes < Self.maxBytes else { return false }
        notifications += 1
        bytes += size
        return true
    }
}
