internal import EventLoop

/// One request and its answer, as routes see them. Whoever holds it owes the answer; if it is dropped without, the
/// connection is closed.
///
/// Each protocol has a subclass, which knows how the answer goes out. It is a class and no protocol because of the
/// check: its facts are read where they lie, which a protocol's requirement would copy.
@EventLoop
class Exchange {
    /// What is asked.
    enum Question {
        /// What the path says.
        case byPath
        /// Whether the request that it is about may pass, whatever the path. The identity goes out as variables of that
        /// request.
        case authorizer
    }

    final let question: Question
    final let request: OriginalRequest
    final let body: RequestBody

    init(_ question: Question, _ request: OriginalRequest, body: RequestBody) {
        self.question = question
        self.request = request
        self.body = body
    }

    /// Sends an answer; to be called exactly once.
    final func respond(_ response: Response) { send(response.serialized(), isCheck: false) }

    /// Sends the answer of a check; to be called instead of ``respond(_:)``.
    final func respond(toCheck response: SerializedResponse) { send(response.bytes, isCheck: true) }

    /// Sends the answer's bytes. For subclasses, each of which has its own.
    /// - Parameter isCheck: the front asks no second question on this connection, if it is one that asks each check on a
    ///   new one.
    func send(_ answer: [UInt8], isCheck: Bool) { preconditionFailure("an exchange belongs to a protocol") }

    /// Whether the peer has gone meanwhile, so that nobody waits for the answer any more. For subclasses, each of which
    /// has its own.
    var peerHasClosed: Bool { preconditionFailure("an exchange belongs to a protocol") }
}
