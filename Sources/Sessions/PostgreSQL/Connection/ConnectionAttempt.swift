internal import EventLoop
internal import Glibc
internal import Synchronization

/// An attempt to open a connection, as far as two threads share it: the event loop, which may abandon it, and the helper
/// thread that makes it.
final class ConnectionAttempt: Sendable {
    /// How far an attempt has come.
    enum Progress: Equatable {
        /// Nothing was sent to a server that could answer now: the helper thread has not begun, or it waits for the address
        /// of a server's name or for a file.
        case unsent
        /// A server was asked at this time, and has said nothing since.
        case asked(BootInstant)
        /// A server has sent something, the last time at this time. Not if it only said that it starts, stops or is a
        /// standby.
        case heard(BootInstant)
    }

    /// What a wait has ended with.
    enum Event {
        /// A short time has passed.
        case nothing
        /// The descriptor is ready, or its connection has ended.
        case ready
        /// The server has sent something.
        case message
    }

    /// A Boolean value that indicates whether no connection of the lane has answered yet: what an operator has to mend
    /// prevents the start, but not the return from an outage.
    let isFirst: Bool
    private let limit: Duration
    /// The time at which the attempt fails, in nanoseconds since boot.
    private let deadline: Atomic<Int64>
    private let isAbandoned = Atomic(false)
    /// The time of the first question to a server, or of the first one after a long call, in nanoseconds since boot; zero
    /// before it.
    private let asked = Atomic<Int64>(0)
    /// The beginning of the call of libpq under way, in nanoseconds since boot; zero between two calls.
    private let called = Atomic<Int64>(0)
    /// The time of the server's last message in nanoseconds since boot, or zero if there was none.
    private let heard = Atomic<Int64>(0)
    /// A Boolean value that indicates whether the helper thread does work on the connection that may take long.
    private let isWorking = Atomic(false)

    /// The time after which a waiting helper thread notices that the attempt was abandoned, and after which a call of libpq
    /// counts as long: it waits for something other than a server.
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

    /// Returns how far the attempt has come. Work that may take long counts as a message.
    func progress(at now: BootInstant) -> Progress {
        if isWorking.load(ordering: .relaxed) { return .heard(now) }
        let heardAt = heard.load(ordering: .relaxed)
        if heardAt != 0 { return .heard(BootInstant(nanoseconds: heardAt)) }
        let calledAt = called.load(ordering: .relaxed)
        if calledAt != 0, now - BootInstant(nanoseconds: calledAt) >= Self.slice { return .unsent }
        let askedAt = asked.load(ordering: .relaxed)
        return askedAt == 0 ? .unsent : .asked(BootInstant(nanoseconds: askedAt))
    }

    /// Makes the attempt fail soon.
    func abandon() { isAbandoned.store(true, ordering: .relaxed) }

    // MARK: The helper thread

    /// Makes a call of libpq that sends or receives, and that may wait for something other than a server, such as for the
    /// address of a name.
    func call(_ body: () throws(PostgreSQLError) -> Void) throws(PostgreSQLError) {
        let begun = BootInstant.now
        called.store(begun.nanoseconds, ordering: .relaxed)
        defer {
            let now = BootInstant.now
            if asked.load(ordering: .relaxed) == 0 || now - begun >= Self.slice {
                asked.store(now.nanoseconds, ordering: .relaxed)
            }
            called.store(0, ordering: .relaxed)
        }
        try body()
    }

    /// Waits until a descriptor is ready.
    /// - Parameters:
    ///   - descriptor: The descriptor.
    ///   - events: The events to wait for, as for poll(2).
    /// - Throws: ``PostgreSQLError`` if the attempt was abandoned or has taken too long.
    func wait(_ descriptor: Int32, for events: Int32) throws(PostgreSQLError) -> Event {
        guard !isAbandoned.load(ordering: .relaxed) else { throw .unsent("abandoned for another attempt") }
        var time = Self.slice
        if !isWorking.load(ordering: .relaxed) {
            let left = BootInstant(nanoseconds: deadline.load(ordering: .relaxed)) - .now
            guard left > .zero else { throw .deadline }
            time = min(left, time)
        }
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        guard unsafe poll(&entry, 1, Int32((time.nanoseconds + 999_999) / 1_000_000)) > 0 else { return .nothing }
        guard Int32(entry.revents) & POLLIN != 0, Self.holdsBytes(descriptor) else { return .ready }
        heard.store(BootInstant.now.nanoseconds, ordering: .relaxed)
        return .message
    }

    /// Returns whether bytes have arrived. A descriptor is readable too when the other end has hung up without a word, as the
    /// kernel of a server does that is gone, or a proxy in front of it.
    private static func holdsBytes(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Handles that the server heard last is no server that answers: it starts, stops or is a standby.
    func forgetMessages() { heard.store(0, ordering: .relaxed) }

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
