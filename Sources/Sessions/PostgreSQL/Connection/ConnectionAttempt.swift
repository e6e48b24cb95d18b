internal import EventLoop
internal import Glibc
internal import Synchronization

/// An attempt to open a connection, as far as two threads share it: the event loop, which may abandon it, and the helper
/// thread that makes it.
final class ConnectionAttempt: Sendable {
    /// A Boolean value that indicates whether no connection of the lane has answered yet: what an operator has to mend
    /// prevents the start, but not the return from an outage.
    let isFirst: Bool
    private let limit: Duration
    /// The time at which the attempt fails, in nanoseconds since boot.
    private let deadline: Atomic<Int64>
    private let isAbandoned = Atomic(false)
    /// The time of the server's last message in nanoseconds since boot, or zero if there was none.
    private let heard = Atomic<Int64>(0)
    /// A Boolean value that indicates whether the helper thread does work on the connection that may take long.
    private let isWorking = Atomic(false)

    /// The time after which a waiting helper thread notices that the attempt was abandoned.
    private static let slice = Duration.milliseconds(50)

    /// - Parameters:
    ///   - limit: The maximum time from now to a connection that is ready for statements.
    ///   - isFirst: True if no connection of the lane has answered yet.
    init(limit: Duration, isFirst: Bool) {
        self.limit = limit
        self.isFirst = isFirst
        deadline = Atomic((BootInstant.now + limit).nanoseconds)
    }

    // MARK: The event loop

    /// The time of the server's last message, or nil if there was none. Work that may take long counts as a message.
    var heardAt: BootInstant? {
        if isWorking.load(ordering: .relaxed) { return .now }
        let nanoseconds = heard.load(ordering: .relaxed)
        return nanoseconds == 0 ? nil : BootInstant(nanoseconds: nanoseconds)
    }

    /// Makes the attempt fail soon.
    func abandon() { isAbandoned.store(true, ordering: .relaxed) }

    // MARK: The helper thread

    /// Waits until a descriptor is ready.
    /// - Parameters:
    ///   - descriptor: The descriptor.
    ///   - events: The events to wait for, as for poll(2).
    /// - Returns: False if it was not ready after a short time.
    /// - Throws: ``PostgreSQLError`` if the attempt was abandoned or has taken too long.
    func wait(_ descriptor: Int32, for events: Int32) throws(PostgreSQLError) -> Bool {
        guard !isAbandoned.load(ordering: .relaxed) else { throw .connection("abandoned for another attempt") }
        var time = Self.slice
        if !isWorking.load(ordering: .relaxed) {
            let left = BootInstant(nanoseconds: deadline.load(ordering: .relaxed)) - .now
            guard left > .zero else { throw .deadline }
            time = min(left, time)
        }
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        guard unsafe poll(&entry, 1, Int32((time.nanoseconds + 999_999) / 1_000_000)) > 0 else { return false }
        if Int32(entry.revents) & POLLIN != 0 { heard.store(BootInstant.now.nanoseconds, ordering: .relaxed) }
        return true
    }

    /// Does work on the connection that may take long, such as a migration, without the attempt's time limit.
    func work(_ body: () throws(PostgreSQLError) -> Void) throws(PostgreSQLError) {
        isWorking.store(true, ordering: .relaxed)
        defer {
            deadline.store((BootInstant.now + limit).nanoseconds, ordering: .relaxed)
            heard.store(BootInstant.now.nanoseconds, ordering: .relaxed)
            isWorking.store(false, ordering: .relaxed)
        }
        try body()
    }
}
