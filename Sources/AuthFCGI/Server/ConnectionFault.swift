internal import Logging

/// The reason why a connection is closed without a response, in any protocol.
enum ConnectionFault: Hashable {
    /// The handler of the protocol refuses the request.
    /// - Parameter reason: a part of a sentence, from a fixed list.
    case refused(reason: String)
    case truncated
    case timedOut
    case peerNotAllowed
    case unsentAnswer
    case notTaken
    /// The server was full, and the peer was waited for within a request or a response.
    case madeRoom
    /// The connection comes from an address from which the protocol takes none.
    case untrustedPeer
    /// A defect of this program: a route has released an ``Exchange`` without responding.
    case unanswered

    /// The text in the log.
    var reason: String {
        switch self {
        case .refused(let reason): reason
        case .truncated: "the peer closed before the request was complete"
        case .timedOut: "the request was not complete in time"
        case .peerNotAllowed: "peer of a user that is not allowed"
        case .unsentAnswer: "the peer asks again without having taken the previous answer"
        case .notTaken: "the peer did not take the response in time"
        case .madeRoom: "a newer connection took the place of an unfinished request"
        case .untrustedPeer: "the peer's address is not in TRUSTED_PROXIES"
        case .unanswered: "a request was dropped unanswered"
        }
    }

    var level: Logger.Level {
        switch self {
        case .truncated, .timedOut, .notTaken, .madeRoom: .notice
        case .refused, .peerNotAllowed, .unsentAnswer, .untrustedPeer: .warning
        case .unanswered: .error
        }
    }
}
