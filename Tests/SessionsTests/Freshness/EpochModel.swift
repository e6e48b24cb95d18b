import EventLoop
import FoundationEssentials
import TestSupport

@testable import Sessions

/// Two workers, a store of snapshots that they share, and a database in which all sessions of a user, or of everybody, end
/// again and again by one row, with rows that are tidied later. Messages take any time, workers stand still, connections are
/// lost. Times are seconds, and the database's clock is the machine's.
struct EpochModel {
    static let leaseTime = 1.0
    private static let user = UserKey("ann")

    /// A Boolean value that indicates whether snapshots are dated as they must be, by the reading.
    private let datesByReading: Bool
    private let session: PackedSession
    private var random: SeededGenerator
    private var now = 0.0
    private var database = Database()
    private var shared: [Int: SessionSnapshot] = [:]
    private var workers = [Worker(), Worker()]
    private(set) var counts = Counts()

    init?(seed: UInt64, datesByReading: Bool = true) {
        let session = Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f", identity: Identity(userID: "ann", username: "ann"),
            createdAt: DatabaseInstant(microseconds: 0).date, expiresAt: Self.database(1e6).date)
        guard let packed = PackedSession(session) else { return nil }
        self.session = packed
        self.datesByReading = datesByReading
        random = SeededGenerator(seed: seed)
        for _ in 0..<4 { create() }
    }

    private static func machine(_ seconds: Double) -> BootInstant {
        BootInstant(nanoseconds: Int64((seconds * 1e9).rounded()))
    }

    private static func database(_ seconds: Double) -> DatabaseInstant {
        DatabaseInstant(microseconds: Int64((seconds * 1e6).rounded()))
    }

    private static func hash(_ number: Int) -> SHA256Digest {
        SHA256Digest(Array(repeating: UInt8(truncatingIfNeeded: number), count: 32).span) ?? SHA256Digest()
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    /// Lets time pass.
    mutating func run(for seconds: Double) throws {
        let end = now + seconds
        while now < end {
            now += 0.005
            changeDatabase()
            for number in workers.indices { try work(number) }
        }
    }

    // MARK: Database

    private mutating func create() {
        database.rows.append(Row(userEpoch: database.userEpoch, generalEpoch: database.generalEpoch))
    }

    private mutating func changeDatabase() {
        if chance(0.004) { endAll(isOfEverybody: chance(0.3)) }
        // What raised epochs have ended is removed at any time after the end, or at once.
        if !database.isTidied, chance(0.004) { tidy() }
        if chance(0.03), database.rows.count < 250 { create() }
    }

    private mutating func endAll(isOfEverybody: Bool) {
        if isOfEverybody { database.generalEpoch += 1 } else { database.userEpoch += 1 }
        for number in database.rows.indices where database.rows[number].ended == nil {
            database.rows[number].ended = now
        }
        database.notifications.append((now, isOfEverybody ? .everything : .user(Self.user)))
        guard !isOfEverybody else { return }
        database.isTidied = false
        if chance(0.3) { tidy() }
    }

    private mutating func tidy() {
        for number in database.rows.indices where database.rows[number].userEpoch < database.userEpoch {
            database.rows[number].looksLive = false
        }
        database.isTidied = true
    }

    private func execute(_ kind: Message.Kind) -> (endedBefore: Int64, isTidied: Bool, isLive: Bool) {
        var isLive = false
        if case .lookUp(let number, let reading, _) = kind {
            let row = database.rows[number]
            let isOfLaterEpochs =
                if let reading {
                    row.generalEpoch >= reading.endedBefore
                } else {
                    row.generalEpoch >= database.generalEpoch && row.userEpoch >= database.userEpoch
                }
            isLive = row.looksLive && isOfLaterEpochs
        }
        return (database.generalEpoch, database.isTidied, isLive)
    }

    // MARK: Workers

    private mutating func work(_ number: Int) throws {
        for index in workers[number].messages.indices {
            let message = workers[number].messages[index]
            guard message.executed == nil, message.executesAt <= now else { continue }
            workers[number].messages[index].executed = execute(message.kind)
        }
        guard workers[number].standsStillUntil <= now else { return }
        if chance(0.001) { workers[number].standsStillUntil = now + .random(in: 0...1.6, using: &random) }
        if chance(0.001) { reconnect(number) }
        while let message = workers[number].messages.first, let executed = message.executed, message.answersAt <= now {
            workers[number].messages.removeFirst()
            hear(number, until: message.executesAt)
            try receive(message, executed, number)
        }
        if chance(0.2) {
            let time = now - Double.random(in: 0...0.3, using: &random)
            hear(number, until: time)
        }
        if workers[number].nextBeat <= now {
            workers[number].nextBeat = now + Self.leaseTime / 4
            send(.heartbeat, number)
        }
        if chance(0.5) {
            let row = Int.random(in: 0..<database.rows.count, using: &random)
            check(row, number)
        }
    }

    private mutating func reconnect(_ number: Int) {
        // What was on the way is lost; listening begins now.
        workers[number].messages = []
        workers[number].readings = EpochReadings(leaseTime: .seconds(Self.leaseTime))
        workers[number].isProven = false
        workers[number].heardUntil = now
        workers[number].nextBeat = now
    }

    private mutating func send(_ kind: Message.Kind, _ number: Int) {
        let delays = (makeDelay(), makeDelay())
        let last = workers[number].messages.last
        let executesAt = max(last?.executesAt ?? 0, now + delays.0)
        let answersAt = max(last?.answersAt ?? 0, executesAt + delays.1)
        workers[number].messages.append(
            Message(kind: kind, sentAt: now, executesAt: executesAt, answersAt: answersAt))
    }

    private mutating func makeDelay() -> Double {
        chance(0.02) ? .random(in: 0...0.6, using: &random) : .random(in: 0...0.01, using: &random)
    }

    private mutating func hear(_ number: Int, until time: Double) {
        for notification in database.notifications
        where notification.time > workers[number].heardUntil && notification.time <= time {
            workers[number].rule.hear(notification.revocation, at: Self.machine(now))
            let pending = workers[number].messages.count { if case .heartbeat = $0.kind { true } else { false } }
            workers[number].readings.hear(pending: pending)
        }
        workers[number].heardUntil = max(workers[number].heardUntil, time)
    }

    private mutating func receive(
        _ message: Message, _ executed: (endedBefore: Int64, isTidied: Bool, isLive: Bool), _ number: Int
    ) throws {
        switch message.kind {
        case .heartbeat:
            let clock = Self.database(message.executesAt)
            _ = workers[number].rule.takeHeartbeat(
                clock: clock, origin: ReadLaneValues.origin, sentAt: Self.machine(message.sentAt),
                isFirst: !workers[number].isProven, listens: true)
            workers[number].isProven = true
            let heartbeat = try ReadLaneValues.heartbeat(
                clock: clock, endedBefore: executed.endedBefore, hasUntidiedUsers: !executed.isTidied)
            workers[number].readings.take(
                ReadDialogue.SentHeartbeat(heartbeat: heartbeat, sentAt: Self.machine(message.sentAt)))
        case .lookUp(let row, let reading, let askedAt):
            guard workers[number].readings.allow(reading, at: Self.machine(now)) else {
                counts.late += 1
                send(.lookUp(row, nil, askedAt: askedAt), number)
                return
            }
            if reading == nil { counts.byComparison += 1 } else { counts.byReading += 1 }
            guard executed.isLive else {
                workers[number].cache[row] = nil
                return
            }
            let stated = Self.database(message.executesAt)
            let asOf = datesByReading ? reading.map { min($0.clock, stated) } ?? stated : stated
            let snapshot = SessionSnapshot(session: session, asOf: asOf, origin: ReadLaneValues.origin)
            workers[number].cache[row] = snapshot
            if workers[number].rule.hasLease(at: Self.machine(now)) { shared[row] = snapshot }
            accept(row, askedAt: askedAt)
        }
    }

    private mutating func check(_ row: Int, _ number: Int) {
        for snapshot in [workers[number].cache[row], shared[row]].compactMap(\.self)
        where workers[number].rule.accepts(
            snapshot, on: Self.hash(row), of: Self.user, at: Self.machine(now))
        {
            counts.bySnapshot += 1
            accept(row, askedAt: now)
            return
        }
        let reading = workers[number].readings.reading(at: Self.machine(now))
        send(.lookUp(row, reading, askedAt: now), number)
    }

    /// Judges the answer "valid" to a check.
    private mutating func accept(_ row: Int, askedAt: Double) {
        guard let ended = database.rows[row].ended, ended < askedAt else { return }
        if ended + Self.leaseTime < askedAt { counts.violations += 1 } else { counts.lag += 1 }
    }
}
