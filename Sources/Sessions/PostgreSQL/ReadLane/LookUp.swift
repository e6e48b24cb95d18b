internal import EventLoop

/// One question for a session, on its way from the checks that ask it to its answer.
@EventLoop
final class LookUp {
    /// What is called with the answer, once: PostgreSQL's own word, nil when there is no session, or why it cannot tell.
    typealias Answer = @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void

    let hash: SHA256Digest
    private let firstAsker: Answer
    /// Others who asked before it was sent.
    private var otherAskers: [Answer] = []
    /// Those who asked after that. A session may have begun since, so that a "no" says nothing to them.
    private var lateAskers: [Answer] = []
    private(set) var isAnswered = false
    /// When it is too late for an answer.
    let deadline: BootInstant
    /// When it was last sent.
    var sentAt: BootInstant
    private var isSent = false
    /// It was asked before, on a connection that was lost or in a batch that failed.
    var isSecondTry = false

    init(_ hash: SHA256Digest, now: BootInstant, deadline: BootInstant, _ answer: @escaping Answer) {
        self.hash = hash
        firstAsker = answer
        self.deadline = deadline
        sentAt = now
    }

    /// Somebody else wants the same answer.
    func join(_ answer: @escaping Answer) {
        if isSent { lateAskers.append(answer) } else { otherAskers.append(answer) }
    }

    /// It goes out now.
    func send() {
        isSent = true
        sentAt = .now
    }

    /// Answers all whom the answer concerns.
    /// - Returns: those who have to ask again.
    func answer(_ result: Result<PackedSession?, SessionStoreError>) -> [Answer] {
        isAnswered = true
        firstAsker(result)
        for asker in otherAskers { asker(result) }
        if case .success(nil) = result { return lateAskers }
        for asker in lateAskers { asker(result) }
        return []
    }
}

/// What was sent on the read lane, in the order in which the answers come.
enum ReadLaneQuestion {
    /// One statement for one or several look-ups; there is no row for a session that does not exist.
    case lookUps([LookUp])
    /// A look-up without a row, asked again in a way that has the question in its answer.
    case absent(LookUp)
    case heartbeat(BootInstant)
    /// The end of a batch.
    case sync
}
