/// The reason why a store has no answer. No case means that a session is invalid.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// An argument is malformed. Nothing was sent; trying again is useless. The text names the rule and does not
    /// contain the value.
    case invalid(String)
    /// The store cannot tell: PostgreSQL is unreachable, did not answer in time, or reported an error. The text
    /// describes the event and contains no secret.
    case unavailable(String)
    /// PostgreSQL refused a write because it is read-only or its disk is full. Checks of sessions continue.
    case readOnly
    /// The queue is full: the request could not be answered in time.
    case overloaded
}

extension SessionStoreError: CustomStringConvertible {
    /// The reason in plain words, for the log.
    public var description: String { reason }

    /// The reason in a few words, for the log.
    package var reason: String {
        switch self {
        case .invalid(let text), .unavailable(let text): text
        case .readOnly: "PostgreSQL is read-only"
        case .overloaded: "too many look-ups are waiting"
        }
    }
}
