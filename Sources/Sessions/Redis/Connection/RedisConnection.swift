internal import EventLoop

/// A connection to one Redis server. Commands of one turn of the loop are sent in one write; replies arrive in the same
/// order. After a late or mismatched reply no later reply could be matched with certainty: the connection is closed.
///
/// No weak references to it exist: an object that was ever weakly referenced is slower to retain, which happens at each
/// check.
@EventLoop
final class RedisConnection: ByteStreamHandler, TurnEndHandler {
    /// A handler called once, with the reply or the reason why there is none.
    typealias Answer = @EventLoop (Result<RedisReply, RedisError>) -> Void

    private enum Answers {
        case one(Answer)
        /// One handler for each element of the reply.
        case each([Answer])

        @EventLoop
        func take(_ reply: RedisReply) {
            switch (self, reply) {
            case (.each(let answers), .array(let elements)):
                for (answer, element) in zip(answers, elements) { answer(.success(element)) }
            case (.one(let answer), _): answer(.success(reply))
            case (.each, _): preconditionFailure("the expectation accepts only an array")
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
    /// The sessions requested in the present turn, and the handlers of their entries.
    private var sought: [SHA256Digest] = []
    private var seekers: [Answer] = []
    private let keys: RedisKeySpace
    private var timer: LoopTimer?
    private let isPlainTCP: Bool

    /// The maximum number of keys of an MGET: that many entries of maximum length stay below the limit of a reply.
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

    /// Starts connecting. The owner may be called before this method returns. The connection stays alive until it ends
    /// or is closed.
    func open() {
        stream.handler = self
        stream.open()
    }

    /// Closes the connection. The owner is not called any more; pending requests fail.
    func close() {
        owner = nil
        end(.connection("the connection was closed"))
    }

    /// Requests a session's entry, in one command with all other requests of this turn, which no node of a cluster
    /// accepts. Allowed only on a ready connection.
    func find(_ hash: SHA256Digest, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        sought.append(hash)
        seekers.append(answer)
    }

    /// Sends a command on a session's entry. Allowed only on a ready connection.
    func send(_ command: RedisKeySpace.Command, on hash: SHA256Digest, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        let expectation: RedisExpectation =
            switch command {
            case .get: .value
            case .set, .remove: .acknowledgement
            // Null if there is an entry.
            case .trial: .anything
            }
        ask(expectation, .one(answer))
        keys.append(command, on: hash, to: &unsent)
    }

    /// Sends any command. Its reply may be of any type.
    func send(_ command: RedisCommand, _ answer: @escaping Answer) {
        guard mayAsk(answer) else { return }
        ask(.anything, .one(answer))
        unsent.append(contentsOf: command.bytes)
    }

    private func mayAsk(_ answer: Answer) -> Bool {
        guard dialogue.mayAsk else {
            answer(.failure(.connection("too many pending commands")))
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

    // MARK: Stream

    func streamOpened() {
        guard reader != nil else { return end(.connection("out of memory")) }
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
        // Servers that require TLS close plain connections this way.
        let hint =
            isPlainTCP && dialogue.wasRejectedUnheard
            ? " before the first reply (does the server require TLS, rediss://?)" : ""
        end(.connection(reason.reason + hint))
    }

    // MARK: Replies

    /// - Returns: True if more replies are wanted.
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

    // MARK: Ending

    /// Sets the timer to the deadline of the oldest pending command.
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
