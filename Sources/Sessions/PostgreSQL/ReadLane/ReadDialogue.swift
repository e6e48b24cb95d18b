internal import DequeModule
internal import EventLoop

/// The dialogue on one connection of a ``ReadLane``: questions in pipelined batches, and replies in the same order. A pure
/// state machine: events and the time are passed in, messages and outcomes are returned.
struct ReadDialogue {
    /// The server at the other end.
    let server: ConnectedServer
    private let deadline: Duration
    private var unsent = Unsent()
    private var questions = Deque<Question>()
    private var epochs: EpochReadings
    /// A Boolean value that indicates whether a heartbeat was confirmed.
    private var isProven = false
    /// The end of the last standstill of this process. Time limits begin anew then, since the replies may lie in the
    /// socket.
    private var standstillEnd: BootInstant?
    /// The number of revocations without a notification according to the last heartbeat, or at the start of listening; nil
    /// before the first heartbeat of a connection that does not listen.
    private var unannounced: Int64?

    /// The maximum number of pending heartbeats: more do not make a slow server faster.
    private static let maxHeartbeats = 4

    /// Starts the dialogue.
    /// - Parameters:
    ///   - server: The server at the other end.
    ///   - deadline: The maximum time from a question to its reply.
    ///   - leaseTime: The time within which a revocation takes effect.
    init(with server: ConnectedServer, deadline: Duration, leaseTime: Duration) {
        self.server = server
        self.deadline = deadline
        unannounced = server.unannounced
        epochs = EpochReadings(leaseTime: leaseTime)
    }

    /// The question that the next reply answers, or nil if none is pending.
    var nextQuestion: Question? { questions.first }

    /// The deadline of the oldest pending question, or nil if none is pending.
    var nextDeadline: BootInstant? {
        for question in questions {
            switch question {
            case .lookUps(_, _, let sentAt), .missing(_, let sentAt), .heartbeat(let sentAt):
                return runningSince(sentAt) + deadline
            case .sync: continue
            }
        }
        return nil
    }

    /// The time since which the oldest look-ups are pending, without a standstill of this process; nil if there are none.
    var oldestLookUps: BootInstant? {
        for case .lookUps(_, _, let sentAt) in questions { return runningSince(sentAt) }
        return nil
    }

    private func runningSince(_ sentAt: BootInstant) -> BootInstant { standstillEnd.map { max($0, sentAt) } ?? sentAt }

    /// Handles the end of a standstill of this process.
    mutating func stoodStill(until end: BootInstant) { standstillEnd = end }

    /// All look-ups without a reply, sent or not.
    var lookUps: [LookUpKey] {
        questions.flatMap(\.keys) + unsent.retries + unsent.missing + unsent.lookUps
    }

    // MARK: Questions

    // Each returns true if it adds the first message of the turn, whose end must be handled with `turnEnds(at:)`.

    /// Adds a look-up, to be sent together with the others of this turn.
    mutating func ask(_ key: LookUpKey) -> Bool { add { $0.lookUps.append(key) } }

    /// Adds a look-up that got no row.
    mutating func askMissing(_ key: LookUpKey) -> Bool { add { $0.missing.append(key) } }

    /// Adds a look-up that failed.
    mutating func retry(_ key: LookUpKey) -> Bool { add { $0.retries.append(key) } }

    /// Adds a heartbeat, unless enough of them are pending.
    mutating func askHeartbeat() -> Bool {
        guard pendingHeartbeats < Self.maxHeartbeats else { return false }
        return add { $0.hasHeartbeat = true }
    }

    /// The number of heartbeats that are not complete.
    private var pendingHeartbeats: Int {
        questions.count {
            switch $0 {
            case .heartbeat, .sync(completing: .some): true
            case .lookUps, .missing, .sync(completing: nil): false
            }
        }
    }

    /// Has look-ups compare the epochs until heartbeats have read what a revocation may have raised.
    mutating func hearEnd() { epochs.hear(pending: pendingHeartbeats) }

    private mutating func add(_ change: (inout Unsent) -> Void) -> Bool {
        let isFirst = unsent.isEmpty
        change(&unsent)
        return isFirst
    }

    /// Ends the turn.
    /// - Returns: Its messages, which must be sent in this order. They are pending from now on.
    mutating func turnEnds(at now: BootInstant) -> [Message] {
        guard !unsent.isEmpty else { return [] }
        let messages = unsent.messages(relyingOn: epochs.reading(at: now))
        unsent = Unsent()
        for message in messages {
            switch message {
            case .lookUps(let keys, let epochs): questions.append(.lookUps(keys, epochs, sentAt: now))
            case .missing(let key): questions.append(.missing(key, sentAt: now))
            case .heartbeat: questions.append(.heartbeat(sentAt: now))
            case .sync: questions.append(.sync(completing: nil))
            }
        }
        return messages
    }

    // MARK: Replies

    /// Handles the next reply. One that does not match the oldest pending question ends the connection: later replies
    /// cannot be matched with certainty.
    mutating func received(_ reply: ReadReply, at now: BootInstant) -> Outcome {
        if let nextDeadline, nextDeadline <= now { return .lost(.deadline, endsLease: false) }
        guard let question = questions.first else { return confused("an answer to nothing that was asked") }
        switch (question, reply) {
        case (.sync(let heartbeat), .other(.sync)):
            questions.removeFirst()
            guard let heartbeat else { return .nothing }
            epochs.take(heartbeat)
            return confirmed(heartbeat)
        case (.lookUps(let keys, let reading, _), .sessions(let sessions)):
            questions.removeFirst()
            guard epochs.allow(reading, at: now) else { return .failed(keys, nil) }
            return .sessions(keys, sessions)
        case (.missing(let key, _), .sessions(let sessions)):
            if case .missing? = sessions.first { return confused("the answer belongs to another question") }
            questions.removeFirst()
            return .sessions([key], sessions)
        case (.heartbeat(let sentAt), .heartbeat(.success(let heartbeat))):
            if let objection = server.objection(to: heartbeat) { return .lost(objection, endsLease: true) }
            questions.removeFirst()
            // The end of its batch, as it is alone in it.
            questions[0] = .sync(completing: SentHeartbeat(heartbeat: heartbeat, sentAt: sentAt))
            return .nothing
        case (.heartbeat, .heartbeat(.failure(let error))): return .lost(error, endsLease: true)
        case (.heartbeat, .other(.failed(let error))): return .lost(error, endsLease: false)
        case (.lookUps(let keys, _, _), .other(.failed(let error))): return failed(keys, error)
        case (.missing(let key, _), .other(.failed(let error))): return failed([key], error)
        case (.lookUps(let keys, _, _), .other(.aborted)): return failed(keys, nil)
        case (.missing(let key, _), .other(.aborted)): return failed([key], nil)
        case (.heartbeat, .other(.aborted)): return failed([], nil)
        case (_, .other(let status)): return confused("the server's answers are out of step (\(status))")
        case (_, .sessions), (_, .heartbeat): return confused("the answer belongs to another question")
        }
    }

    private mutating func confirmed(_ heartbeat: SentHeartbeat) -> Outcome {
        let count = heartbeat.heartbeat.notifications.unannounced
        defer {
            isProven = true
            unannounced = count
        }
        return .confirmed(
            heartbeat, isFirst: !isProven, missesRevocations: unannounced != nil && unannounced != count)
    }

    private mutating func failed(_ keys: [LookUpKey], _ error: PostgreSQLError?) -> Outcome {
        if let error, error.endsConnection { return .lost(error, endsLease: false) }
        questions.removeFirst()
        return .failed(keys, error)
    }

    private func confused(_ text: String) -> Outcome { .lost(.confusion(text), endsLease: false) }
}
