internal import EventLoop

/// The bound on the work for notifications: how much of them is read in a period. What exceeds it is passed over and counts
/// as one revocation of everything, which costs next to nothing however much there is. If there is far more, it is a flood,
/// and as answers arrive behind it on the same connection, that must stop listening.
struct NotificationBudget {
    /// A statement that ends sessions sends at most 1,000 notifications and 257 KB.
    private static let maxNotifications = 2000
    private static let maxBytes = 257_000
    private static let maxBytesPassedOver = 2 << 20
    private static let period = Duration.milliseconds(250)

    private var periodEnd: BootInstant?
    private var notifications = 0
    private var bytes = 0
    private var bytesPassedOver = 0

    /// Returns whether no further notification may be read at this time.
    mutating func isSpent(at now: BootInstant) -> Bool {
        if let periodEnd, now < periodEnd { return notifications >= Self.maxNotifications || bytes >= Self.maxBytes }
        periodEnd = now + Self.period
        notifications = 0
        bytes = 0
        bytesPassedOver = 0
        return false
    }

    /// Counts a notification that is read.
    /// - Parameter size: The length of its payload in bytes.
    mutating func take(_ size: Int) {
        notifications += 1
        bytes += size
    }

    /// Counts notifications that are passed over.
    /// - Parameter size: The length of their payloads in bytes.
    /// - Returns: True if there is a flood.
    mutating func passOver(_ size: Int) -> Bool {
        bytesPassedOver += size
        return bytesPassedOver > Self.maxBytesPassedOver
    }
}
