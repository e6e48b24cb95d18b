internal import DequeModule
internal import EventLoop

/// The dialogue on one connection to a Redis server: the handshake, then commands and their replies in order. A pure
/// state machine: events and the time are passed in, actions are returned.
///
/// - Parameter Answers: The type of a pending command's handler.
struct RedisDialogue<Answers> {
    /// The phase of the connection.
    enum Phase: Equatable {
        /// The stream is being opened. Next: `handshaking` when it is open, or `ended`.
        case opening
        /// This step's command has been sent, those before it are answered. Next: `handshaking` for the next step,
        /// `ready` after the last one, or `ended`.
        case handshaking(step: Int)
        /// Commands on sessions are allowed; none is answered yet. Next: `proven` with the first reply, or `ended`.
        case ready
        /// A command after the handshake was answered, which proves that the server works. Next: `ended`.
        case proven
        /// Nothing is sent any more, and received bytes are ignored.
        case ended
    }

    /// The action after an event of the handshake.
    enum Advance {
        /// Send the step's command and expect ``RedisExpectation/anything``.
        case send(RedisHandshake.Step)
        /// Report to the owner that the connection is ready.
        case becomeReady
    }

    private struct Question {
        let sentAt: BootInstant
        let expectation: RedisExpectation
        let answers: Answers
    }

    private(set) var phase = Phase.opening
    private let handshake: RedisHandshake
    private let deadline: Duration
    private var questions = Deque<Question>()
    private var hasReplied = false

    /// The maximum number of pending commands. A healthy server never has as many.
    private static var maxQuestions: Int { 10_000 }

    init(_ handshake: RedisHandshake, deadline: Duration) {
        self.handshake = handshake
        self.deadline = deadline
    }

    /// A Boolean value that indicates whether one more command may be sent.
    var mayAsk: Bool { phase != .ended && questions.count < Self.maxQuestions }

    /// The deadline of the oldest pending command, or nil if none is pending.
    var nextDeadline: BootInstant? { questions.first.map { $0.sentAt + deadline } }

    /// A Boolean value that indicates whether the stream was opened but no reply has arrived. A server that requires
    /// TLS closes plain connections in this state.
    var wasRejectedUnheard: Bool { phase != .opening && !hasReplied }

    // MARK: Events

    /// Handles the opening of the stream.
    mutating func opened() -> Advance { advance(to: 0) }

    /// Records a command that is sent now or at the end of this turn.
    mutating func ask(_ expectation: RedisExpectation, _ answers: Answers, at now: BootInstant) {
        questions.append(Question(sentAt: now, expectation: expectation, answers: answers))
    }

    /// Handles a reply.
    /// - Returns: The handler of the oldest pending command, and whether the reply proves that the server works. A
    ///   reply of the handshake proves only that the server can be asked.
    /// - Throws: ``RedisError`` if the reply does not match the oldest pending command, which stays pending: later
    ///   replies cannot be matched.
    mutating func take(_ reply: RedisReply) throws(RedisError) -> (answers: Answers, proves: Bool) {
        hasReplied = true
        guard let question = questions.first else { throw .confusion("unexpected reply without a pending command") }
        if let objection = question.expectation.objection(to: reply) { throw objection }
        questions.removeFirst()
        guard phase == .ready else { return (question.answers, false) }
        phase = .proven
        return (question.answers, true)
    }

    /// Handles the reply to the present step of the handshake.
    /// - Throws: ``RedisError`` if the reply shows that the server cannot be used.
    mutating func takeStep(_ reply: RedisReply) throws(RedisError) -> Advance? {
        guard case .handshaking(let number) = phase else { return nil }
        if let objection = handshake.objection(to: reply, at: handshake.steps[number]) { throw objection }
        return advance(to: number + 1)
    }

    /// Ends the dialogue.
    /// - Returns: The handlers of pending commands, and whether the connection was idle: ready, with no pending
    ///   command. Nil if it had already ended.
    mutating func end() -> (open: [Answers], wasIdle: Bool)? {
        guard phase != .ended else { return nil }
        let isReady = phase == .ready || phase == .proven
        phase = .ended
        defer { questions.removeAll() }
        return (questions.map(\.answers), isReady && questions.isEmpty)
    }

    private mutating func advance(to step: Int) -> Advance {
        guard step < handshake.steps.count else {
            phase = .ready
            return .becomeReady
        }
        phase = .handshaking(step: step)
        return .send(handshake.steps[step])
    }
}
