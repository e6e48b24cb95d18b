internal import DequeModule
internal import EventLoop

/// A connection to one Redis server. Commands of one turn of the loop go out in one write; replies come in their order.
/// After a reply that is late or does not fit its question nothing that comes could be trusted to be for the right one:
/// the connection is thrown away.
///
/// Nothing refers to it weakly: whatever was ever referred to so is slower to retain, and each check does that.
@EventLoop
final class RedisConnection: ByteStreamHandler, TurnEndHandler {
    /// Called once, with the reply or with why there is none.
    typealias Answer = @EventLoop (Result<RedisReply, RedisError>) -> Void

    private struct Question {
        let sentAt: BootInstant
        let expectation: RedisExpectation
        let answer: Answer
    }

    let address: ServerAddress
    private weak var owner: (any RedisConnectionOwner)?
    private let stream: ByteStream
    private let reader: RedisReplyReader?
    private let handshake: RedisHandshake
    private let deadline: Duration
    private var nextStep = 0
    private var questions = Deque<Question>()
    private var unsent: [UInt8] = []
    private var timer: LoopTimer?
    private let isPlainTCP: Bool
    private var isOpen = false
    private var hasReplied = false
    private var isReady = false
    private var hasAnswered = false
    private var hasEnded = false

    /// More questions than a healthy server ever leaves open.
    private static let mostQuestions = 10_000

    init(
        to address: ServerAddress, _ handshake: RedisHandshake, _ network: RedisNetwork,
        owner: any RedisConnectionOwner
    ) {
        self.address = address
        self.handshake = handshake
        self.owner = owner
        deadline = network.deadline
        isPlainTCP = if case .tcp = address { network.tls == nil } else { false }
        reader = RedisReplyReader()
        stream = ByteStream(
            to: address, tls: network.tls, threads: network.threads, deadline: RedisNetwork.connectDeadline)
    }

    /// Begins; the owner learns how it goes, maybe before this returns. It has to be closed unless it ends by itself:
    /// until then it stays alive.
    func open() {
        stream.handler = self
        stream.open()
    }

    /// Ends it: the owner hears nothing any more, and who waits for a reply that there will be none.
    func close() {
        owner = nil
        end(.connection("it is not needed any more"))
    }

    /// Asks for the entry of a session, or changes it. Only when it is ready.
    func send(
        _ command: RedisKeySpace.Command, on hash: Digest, in keys: RedisKeySpace, _ answer: @escaping Answer
    ) {
        let expectation: RedisExpectation =
            switch command {
            case .get: .value
            case .set, .remove: .acknowledgement
            }
        guard prepare(expectation, answer) else { return }
        keys.append(command, on: hash, to: &unsent)
    }

    func send(_ command: RedisCommand, _ answer: @escaping Answer) {
        guard prepare(.anything, answer) else { return }
        unsent.append(contentsOf: command.bytes)
    }

    private func prepare(_ expectation: RedisExpectation, _ answer: @escaping Answer) -> Bool {
        guard !hasEnded, questions.count < Self.mostQuestions else {
            answer(.failure(.connection("too many questions are open")))
            return false
        }
        if unsent.isEmpty { Reactor.shared.atTurnEnd(self) }
        questions.append(Question(sentAt: .now, expectation: expectation, answer: answer))
        return true
    }

    func turnEnds() {
        guard !hasEnded, !unsent.isEmpty else { return }
        stream.write(unsent)
        unsent.removeAll(keepingCapacity: true)
        armDeadline()
    }

    // MARK: The stream

    func streamOpened() {
        guard reader != nil else { return end(.connection("no memory")) }
        isOpen = true
        takeNextStep()
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard let reader else { return }
        do throws(RedisError) {
            try unsafe reader.read(bytes) { reply throws(RedisError) in try take(reply) }
        } catch {
            end(error)
        }
    }

    func streamEnded(_ reason: StreamError) {
        // Which is what servers do that want TLS.
        let hint =
            isOpen && isPlainTCP && !hasReplied ? " before the first reply (is TLS wanted there, rediss://?)" : ""
        end(.connection(reason.reason + hint))
    }

    // MARK: Replies

    /// - Returns: whether more replies are wanted.
    private func take(_ reply: RedisReply) throws(RedisError) -> Bool {
        hasReplied = true
        guard let question = questions.popFirst() else { throw .confusion("a reply to nothing that was asked") }
        if let objection = question.expectation.objection(to: reply) {
            // It goes the way of all questions that are open when the connection ends.
            questions.prepend(question)
            throw objection
        }
        // What belongs to the handshake proves no more than that it can be asked.
        let isEarnest = isReady
        question.answer(.success(reply))
        if isEarnest, !hasAnswered {
            hasAnswered = true
            owner?.answered(self)
        }
        return !hasEnded
    }

    private func takeNextStep() {
        guard nextStep < handshake.steps.count else {
            isReady = true
            owner?.ready(self)
            return
        }
        let step = handshake.steps[nextStep]
        nextStep += 1
        send(step.command) { [self] result in
            guard case .success(let reply) = result else { return }
            if let objection = handshake.objection(to: reply, at: step) { return end(objection) }
            takeNextStep()
        }
    }

    // MARK: The end

    /// Wakes at the deadline of what was sent first.
    private func armDeadline() {
        guard timer == nil, let first = questions.first else { return }
        timer = Reactor.shared.schedule(at: first.sentAt + deadline) { [self] in
            timer = nil
            if let first = questions.first, first.sentAt + deadline <= .now { end(.deadline) }
            armDeadline()
        }
    }

    private func end(_ reason: RedisError) {
        guard !hasEnded else { return }
        hasEnded = true
        let open = questions
        questions.removeAll()
        release()
        owner?.ended(self, reason, wasIdle: isReady && open.isEmpty)
        for question in open { question.answer(.failure(reason)) }
    }

    private func release() {
        timer?.cancel()
        timer = nil
        stream.close()
    }
}
