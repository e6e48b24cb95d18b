internal import EventLoop

/// The look-ups of a ``ReadLane`` and the state of its connection. A pure state machine: events and the time are passed
/// in, and the actions are returned in the order in which they must be performed.
///
/// Three rules keep the session of one token from the check of another. Each row contains the hash that it is for, and a
/// row for another hash ends the connection; if there is no row, the look-up is repeated with a statement that returns
/// the hash. A connection that exceeded a deadline is closed, and every reply on it is discarded. A look-up that failed,
/// or was not executed because an earlier one failed, is retried once, alone in its batch.
///
/// - Parameter Asker: The type of a check's handler.
struct LookUpQueue<Asker> {
    private var state: LookUpState
    private var lookUps: LookUpTable<Asker>
    private(set) var known = KnownKeys()
    private let limits: LookUpLimits
    private var lastStandstill: BootInstant?

    /// Creates a queue without a connection.
    init(_ limits: LookUpLimits) {
        self.limits = limits
        state = .disconnected(WaitingLookUps(limit: limits.connectionWait))
        lookUps = LookUpTable(capacity: limits.lookUps)
    }

    /// The server at the other end of the connection, or nil if there is none.
    var server: ConnectedServer? { state.dialogue?.server }

    /// The question that the next reply answers, or nil if none is pending.
    var nextQuestion: ReadDialogue.Question? { state.dialogue?.nextQuestion }

    /// A Boolean value that indicates whether look-ups wait for a connection.
    var isAwaited: Bool { if case .disconnected(let waiting) = state { waiting.wakeAt != nil } else { false } }

    /// A Boolean value that indicates whether the lane has ended.
    var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Returns whether the keys are fresh enough to state that a tag made with none of them was never issued.
    func knowsAllKeys(at now: BootInstant) -> Bool { server != nil && known.areAll(at: now) }

    /// The time at which ``tick(at:)`` must be called, or nil if no time limit is running.
    var wakeAt: BootInstant? { state.wakeAt }

    // MARK: Look-ups

    /// Handles a check's question for a session.
    /// - Parameter network: The client's network, among which look-ups are divided.
    mutating func ask(
        _ hash: SHA256Digest, _ asker: Asker, from network: ClientNetwork? = nil, at now: BootInstant
    ) -> Action? {
        guard !isClosed else { return .answer([asker], Self.closed) }
        // A look-up sent earlier could return less than this check has a right to know.
        if lookUps.join(hash, asker, sentWithin: limits.leaseTime, at: now) { return nil }
        let requester = Requester(network: network)
        guard lookUps.hasRoom(for: requester), limits.allowMore(oldest: state.oldestLookUps, at: now) else {
            return .answer([asker], .failure(.overloaded))
        }
        let deadline = now + limits.deadline
        let key = lookUps.add(hash, asker, of: requester, deadline: deadline, at: now)
        return state.add(key, deadline: deadline, at: now) ? .awaitTurnEnd : nil
    }

    /// Handles the end of a turn for which ``Action/awaitTurnEnd`` was returned.
    /// - Returns: The messages to be sent.
    mutating func turnEnds(at now: BootInstant) -> [ReadDialogue.Message] {
        guard let messages = state.onConnection({ $0.turnEnds(at: now) }) else { return [] }
        for message in messages { for key in message.keys { lookUps.send(key, at: now) } }
        return messages
    }

    /// Prevents later checks from joining look-ups that a revocation may contradict, and has later look-ups see it.
    /// - Parameters:
    ///   - revocation: The revocation.
    ///   - isInRows: True if the rows of all sessions that it has ended show it.
    mutating func hear(_ revocation: Revocation, isInRows: Bool = false) {
        lookUps.hear(revocation)
        switch revocation {
        case .ended: break
        case .changed, .user, .everything: if !isInRows { _ = state.onConnection { $0.hearEnd() } }
        }
    }

    // MARK: Connection

    /// Handles the start of the lane, or a failed attempt to connect.
    func connect() -> [Action] { if case .disconnected = state { [.connect] } else { [] } }

    /// Handles a new connection: sends a heartbeat and all look-ups that wait.
    mutating func opened(to server: ConnectedServer) -> [Action] {
        guard case .disconnected(let waiting) = state else { return [] }
        var dialogue = ReadDialogue(with: server, deadline: limits.deadline, leaseTime: limits.leaseTime)
        _ = dialogue.askHeartbeat()
        for key in waiting.keys where lookUps.deadline(of: key) != nil { _ = dialogue.ask(key) }
        state = .connected(dialogue)
        return [.awaitTurnEnd]
    }

    /// Sends a heartbeat, if there is a connection.
    mutating func askHeartbeat() -> [Action] {
        state.onConnection { $0.askHeartbeat() } == true ? [.awaitTurnEnd] : []
    }

    /// Handles the loss of the connection. Look-ups that have not been retried wait for the next one.
    mutating func lost(_ error: PostgreSQLError, at now: BootInstant) -> [Action] {
        guard case .connected(let dialogue) = state else { return [] }
        state = .disconnected(WaitingLookUps(limit: limits.connectionWait))
        var actions: [Action] = [.disconnect, .reportLoss(error)]
        for key in dialogue.lookUps {
            if let deadline = lookUps.deadline(of: key), lookUps.retry(key) {
                _ = state.add(key, deadline: deadline, at: now)
            } else {
                fail(key, .failure(.unavailable(error.reason)), &actions)
            }
        }
        return actions + [.connect]
    }

    /// Handles the end of the lane: all look-ups fail.
    mutating func close() -> [Action] {
        let disconnection: [Action] = server == nil ? [] : [.disconnect]
        state = .closed
        return disconnection + [.answer(lookUps.removeAll(), Self.closed)]
    }

    // MARK: Time

    /// Handles the end of a time limit.
    mutating func tick(at now: BootInstant) -> [Action] {
        switch state {
        case .connected(let dialogue):
            guard let deadline = dialogue.nextDeadline, deadline <= now else { return [] }
            return lost(.deadline, at: now)
        case .disconnected: return giveUp(state.onWaiting { $0.takeLate(at: now) } ?? [])
        case .closed: return []
        }
    }

    /// Handles the certainty that PostgreSQL does not answer: the look-ups that wait for a connection fail, and later ones
    /// wait for a shorter time.
    mutating func beginSilence() -> [Action] {
        _ = state.onWaiting { $0.limit = limits.silentWait }
        return giveUp(state.onWaiting { $0.takeAll() } ?? [])
    }

    /// Handles an answer to an attempt to connect.
    mutating func endSilence() { _ = state.onWaiting { $0.limit = limits.connectionWait } }

    private mutating func giveUp(_ keys: [LookUpKey]) -> [Action] {
        var actions: [Action] = []
        for key in keys { fail(key, Self.unreachable, &actions) }
        return actions
    }

    /// Handles the end of a standstill of this process: time limits begin anew, since answers may lie in the socket.
    mutating func stoodStill(until end: BootInstant) {
        guard end != lastStandstill else { return }
        lastStandstill = end
        lookUps.extend(to: end + limits.deadline)
        _ = state.onWaiting { $0.stoodStill(until: end) }
        _ = state.onConnection { $0.stoodStill(until: end) }
    }

    /// Handles the deadline of a look-up that got no row, which on the connection may have more time than the check.
    mutating func expire(_ key: LookUpKey, at now: BootInstant) -> [Action] {
        if let deadline = lookUps.deadline(of: key), deadline > now { return [.expire(key, at: deadline)] }
        var actions: [Action] = []
        fail(key, Self.expired, &actions)
        return actions
    }

    // MARK: Replies

    /// Handles the reply to the oldest pending question.
    mutating func received(_ reply: ReadReply, at now: BootInstant) -> [Action] {
        switch state.onConnection({ $0.received(reply, at: now) }) {
        case nil, .nothing: return []
        case .sessions(let keys, let sessions):
            var actions: [Action] = []
            for (key, session) in zip(keys, sessions) { take(session, for: key, at: now, &actions) }
            return actions
        case .failed(let keys, let error):
            var actions: [Action] = error.map { [.reportFailure($0)] } ?? []
            for key in keys { retry(key, error?.reason ?? "not run", at: now, &actions) }
            return actions
        case .confirmed(let heartbeat, let isFirst, let missesRevocations):
            return confirm(heartbeat, isFirst: isFirst, missesRevocations: missesRevocations)
        case .lost(let error, let endsLease): return (endsLease ? [.endLease] : []) + lost(error, at: now)
        }
    }

    private mutating func take(
        _ session: FoundSession, for key: LookUpKey, at now: BootInstant, _ actions: inout [Action]
    ) {
        switch session {
        case .row where isFromBeforeStandstill(key, at: now):
            if state.onConnection({ $0.ask(key) }) == true { actions.append(.awaitTurnEnd) }
        case .row(let snapshot):
            let (answered, unanswered) = lookUps.answer(key, isNo: snapshot == nil)
            actions.append(.found(snapshot, key.hash, answered))
            for asker in unanswered { ask(key.hash, asker, at: now).map { actions.append($0) } }
        case .unreadable(let reason):
            actions.append(.reportUnreadableRow(reason))
            fail(key, .failure(.unavailable(reason)), &actions)
        case .missing:
            guard let deadline = lookUps.deadline(of: key), deadline > now else {
                return fail(key, Self.expired, &actions)
            }
            actions.append(.expire(key, at: deadline))
            if state.onConnection({ $0.askMissing(key) }) == true { actions.append(.awaitTurnEnd) }
        }
    }

    /// Returns whether this process stood still while a look-up was under way, for so long that its row may be outdated: the
    /// session may have ended a lease ago.
    private func isFromBeforeStandstill(_ key: LookUpKey, at now: BootInstant) -> Bool {
        guard let lastStandstill, let sentAt = lookUps.sentAt(of: key) else { return false }
        return sentAt < lastStandstill && now - sentAt >= limits.leaseTime
    }

    private mutating func retry(
        _ key: LookUpKey, _ reason: String, at now: BootInstant, _ actions: inout [Action]
    ) {
        guard let deadline = lookUps.deadline(of: key), deadline > now, lookUps.retry(key) else {
            return fail(key, .failure(.unavailable(reason)), &actions)
        }
        if state.onConnection({ $0.retry(key) }) == true { actions.append(.awaitTurnEnd) }
    }

    private mutating func confirm(
        _ heartbeat: ReadDialogue.SentHeartbeat, isFirst: Bool, missesRevocations: Bool
    ) -> [Action] {
        let isListening = server?.isListening ?? false
        var actions: [Action] = [.confirm(heartbeat, isFirst: isFirst, isListening: isListening)]
        // A token made with a key that was removed is no longer valid, even if its session is cached.
        let hasLostKey = known.replace(by: heartbeat)
        if hasLostKey || missesRevocations {
            hear(.everything)
            actions.append(.revokeEverything)
        }
        return actions + [.announceHeartbeat(heartbeat.heartbeat.notifications)]
    }

    private mutating func fail(_ key: LookUpKey, _ answer: Answer, _ actions: inout [Action]) {
        let askers = lookUps.answer(key, isNo: false).answered
        if !askers.isEmpty { actions.append(.answer(askers, answer)) }
    }
}
