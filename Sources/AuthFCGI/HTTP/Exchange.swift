internal import EventLoop

/// One request and its response, as routes see them. Its holder must respond; if it is released without a response, the
/// connection is closed.
///
/// Each protocol has a subclass that sends the response. A base class instead of a Swift protocol, because a check reads
/// the facts of the request in place, which a protocol requirement would copy.
@EventLoop
class Exchange {
    /// The question that the request asks.
    enum Question {
        /// The question depends on the path.
        case byPath
        /// A check, whatever the path: the front has put the client's own path into its place.
        case check
        /// A check, whatever the path. The identity is returned as variables of the request that is checked.
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

    /// Sends the response. To be called exactly once.
    final func respond(_ response: Response) { send(SerializedResponse(response), isCheck: false) }

    /// Sends the response to a check. To be called instead of ``respond(_:)``.
    final func respond(toCheck response: SerializedResponse) { send(response, isCheck: true) }

    /// Sends the response in the form of the protocol. Every subclass overrides it.
    /// - Parameter isCheck: true if the connection carries no other request, in a protocol in which the web server opens
    ///   a connection for each check.
    func send(_ answer: SerializedResponse, isCheck: Bool) {
        preconditionFailure("an exchange belongs to a protocol")
    }

    /// True if the peer has closed the connection, so that no client waits for the response any more. Every subclass
    /// overrides it.
    var peerHasClosed: Bool { preconditionFailure("an exchange belongs to a protocol") }
}
