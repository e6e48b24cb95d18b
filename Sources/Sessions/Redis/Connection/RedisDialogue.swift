internal import DequeModule
internal import EventLoop

/// What is said on one connection to a Redis server: the handshake, then questions and their replies in order. Decides
/// and does nothing: events and the time are passed in, what to do comes out.
///
/// - Parameter Answers: whoever waits for a question's reply.
struct RedisDialogue<Answers> {
    /// How far the connection has come.
    enum Phase: Equatable {
        /// The stream is being opened. → handshaking when it is open, ended
        case opening
        /// The steps before this one are answered, it is asked. → handshaking for the next step, ready after the last one,
        /// ended
        case handshaking(step: Int)
        /// Sessions may be asked for; no such question is answered yet. → proven with the first reply, ended
        case ready
        /// A question from after the handshake was answered: the server is of use. → ended
        case proven
        /// Nothing is sent any more, and nothing that comes is looked at.
        case ended
    }

    /// What to do after an event of the handshake.
    enum Advance {
        /// Send the step's command, as a question for ``RedisExpectation/anything``.
        case send(RedisHandshake.Step)
        /// Tell the owner that sessions may be asked for.
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

    /// More questions than a healthy server ever leaves open.
    private static var maxQuestions: Int { 10_000 }

    init(_ handshake: RedisHandshake, deadline: Duration) {
        self.handshake = handshake
        self.deadline = deadline
    }

    /// Whether one more question may be asked now.
    var mayAsk: Bool { phase != .ended && questions.count < Self.maxQuestions }

    /// When the oldest open question has to be answered; nil: none is open.
    var nextDeadline: BootInstant? { questions.first.map { $0.sentAt + deadline } }

    /// Whether the server has closed the connection without a single reply, as one does that wants TLS and gets none.
    var wasRejectedUnheard: Bool { phase != .opening && !hasReplied }

    // MARK: Events

    /// The stream is open.
    mutating func opened() -> Advance { advance(to: 0) }

    /// A question is sent, or will be with all others of this turn.
    mutating func ask(_ expectation: RedisExpectation, _ answers: Answers, at now: BootInstant) {
        questions.append(Question(sentAt: now, expectation: expectation, answers: answers))
    }

    /// A reply has come.
    /// - Returns: who waits for it, and whether it is the one that proves the server to be of use: a reply of the
    ///   handshake proves no more than that the server can be asked.
    /// - Throws: when it is no reply to the oldest question, which stays open: nothing that follows can be trusted.
    mutating func take(_ reply: RedisReply) throws(RedisError) -> (answers: Answers, proves: Bool) {
        hasReplied = true
        guard let question = questions.first else { throw .confusion("a reply to nothing that was asked") }
        if let objection = question.expectation.objection(to: reply) { throw objection }
        questions.removeFirst()
        guard phase == .ready else { return (question.answers, false) }
        phase = .proven
        return (question.answers, true)
    }

    /// The present step of the handshake is answered.
    /// - Throws: when the server is of no use by this answer.
    mutating func takeStep(_ reply: RedisReply) throws(RedisError) -> Advance? {
        guard case .handshaking(let number) = phase else { return nil }
        if let objection = handshake.objection(to: reply, at: handshake.steps[number]) { throw objection }
        return advance(to: number + 1)
    }

    /// The connection is given up.
    /// - Returns: who still waits, and whether the connection was idle: ready, and nothing open. nil when it had ended
    ///   before.
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
