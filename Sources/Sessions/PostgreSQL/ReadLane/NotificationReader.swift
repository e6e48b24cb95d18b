internal import EventLoop

/// Reads the notifications that have arrived at a connection, as far as the budget goes.
@EventLoop
final class NotificationReader {
    private var budget = NotificationBudget()

    /// How much of what had arrived was read.
    enum Extent {
        case all
        /// The rest was passed over, and counts as a revocation of everything.
        case some
        /// The rest was passed over, and there is so much of it that it is a flood.
        case tooMany
    }

    /// Reads notifications. libpq reads no more at a time than its buffer holds, so this is soon done. What exceeds the
    /// budget is not read: it may have revoked anything.
    /// - Parameters:
    ///   - connection: A connection that listens.
    ///   - hear: A handler called with each revocation.
    func read(from connection: PostgreSQLConnection, _ hear: (Revocation) -> Void) -> Extent {
        while !budget.isSpent(at: .now) {
            guard let payload = connection.nextNotification() else { return .all }
            budget.take(payload.utf8.count)
            hear(Revocation(payload: payload))
        }
        guard let size = connection.discardNotifications() else { return .all }
        hear(.everything)
        return budget.passOver(size) ? .tooMany : .some
    }
}
