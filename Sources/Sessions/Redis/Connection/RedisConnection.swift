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

    private enum Answers {
        case one(Answer)
        /// One for each element of the reply.
        case each([Answer])

        @EventLoop
        func take(_ reply: RedisReply) {
            switch (self, reply) {
            case (.each(let answers), .array(let elements)):
                for (answer, element) in zip(answers, elements) { answer(.success(element)) }
            case (.one(let answer), _): answer(.success(reply))
            case (.each, _): preconditionFailure("it was expected to be an array")
            }
        }

        @EventLoop
        func fail(_ error: RedisError) {
            switch self {
            case .one(let answer): answer(.failure(error))
            case .each(let answers): for answer in answers { answer(.failure(error)) }
            }
        }
    }

    let address: ServerAddress
    private weak var owner: (any RedisConnectionOwner)?
    private let stream: ByteStream
    private let reader: RedisReplyReader?
    private var dialogue: RedisDialogue<Answers>
    private var unsent: [UInt8] = []
    /// Sessions that have been asked for since the turn began, and who wants to know.
    private var sought: [SHA256Digest] = []
    private var seekers: [Answer] = []
    private let keys: RedisKeySpace
    private var timer: LoopTimer?
    private let isPlainTCP: Bool

    /// So many of the longest entries do not yet make a reply that would be refused for its length.
    private static let maxTogether = 50

    init(
        to address: ServerAddress, _ handshake: RedisHandshake, _ network: RedisNetwork,
        owner: any RedisConnectionOwner
    ) {
        self.address = address
        self.owner = owner
        dialogue = RedisDialogue(handshake, deadline: network.deadline)
        keys = network.keys
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

    /// Asks for the entry of a session, together with all others that are asked for in this turn: no server of a cluster
    /// answers that. Only when it is ready.
    func find(_ hash: SHA256Digest, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        sought.append(hash)
        seekers.append(answer)
    }

    /// Asks for the entry of a session, or changes it. Only when it is ready.
    func send(_ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        let expectation: RedisExpectation =
            switch command {
            case .get: .value
            case .set, .remove: .acknowledgement
            }
        ask(expectation, .one(answer))
        keys.append(command, on: hash, to: &unsent)
    }

    func send(_ command: RedisCommand, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        ask(.anything, .one(answer))
        unsent.append(contentsOf: command.bytes)
    }

    private func mayAsk(_ answer: Answer) -> Bool {
        guard dialogue.mayAsk else {
            answer(.failure(.connection("too many questions are open")))
            return false
        }
        if unsent.isEmpty, sought.isEmpty { Reactor.shared.atTurnEnd(self) }
        return true
    }

    private func ask(_ expectation: RedisExpectation, _ answers: Answers) {
        dialogue.ask(expectation, answers, at: .now)
    }

    func turnEnds() {
        guard dialogue.phase != .ended else { return }
        for start in stride(from: 0, to: sought.count, by: Self.maxTogether) {
            let part = start..<min(start + Self.maxTogether, sought.count)
            ask(.values(part.count), .each(Array(seekers[part])))
            keys.appendGet(sought[part], to: &unsent)
        }
        sought.removeAll(keepingCapacity: true)
        seekers.removeAll(keepingCapacity: true)
        stream.write(unsent)
        unsent.removeAll(keepingCapacity: true)
        armDeadline()
    }

    // MARK: The stream

    func streamOpened() {
        guard reader != nil else { return end(.connection("no memory")) }
        take(dialogue.opened())
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
            isPlainTCP && dialogue.wasRejectedUnheard
            ? " before the first reply (is TLS wanted there, rediss://?)" : ""
        end(.connection(reason.reason + hint))
    }

    // MARK: Replies

    /// - Returns: whether more replies are wanted.
    private func take(_ reply: RedisReply) throws(RedisError) -> Bool {
        let (answers, proves) = try dialogue.take(reply)
        answers.take(reply)
        if proves { owner?.answered(self) }
        return dialogue.phase != .ended
    }

    private func take(_ advance: RedisDialogue<Answers>.Advance) {
        switch advance {
        case .becomeReady: owner?.ready(self)
        case .send(let step):
            send(step.command) { [self] result in
                guard case .success(let reply) = result else { return }
                do throws(RedisError) {
                    if let next = try dialogue.takeStep(reply) { take(next) }
                } catch {
                    end(error)
                }
            }
        }
    }

    // MARK: The end

    /// Wakes at the deadline of what was sent first.
    private func armDeadline() {
        guard timer == nil, let deadline = dialogue.nextDeadline else { return }
        timer = Reactor.shared.schedule(at: deadline) { [self] in
            timer = nil
            if let deadline = dialogue.nextDeadline, deadline <= .now { end(.deadline) }
            armDeadline()
        }
    }

    private func end(_ reason: RedisError) {
        guard let (open, wasIdle) = dialogue.end() else { return }
        let unasked = seekers
        seekers = []
        release()
        owner?.ended(self, reason, wasIdle: wasIdle && unasked.isEmpty)
        for answers in open { answers.fail(reason) }
        for seeker in unasked { seeker(.failure(reason)) }
    }

    private func release() {
        timer?.cancel()
        timer = nil
        stream.close()
    }
}
