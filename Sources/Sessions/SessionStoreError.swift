/// The store cannot tell: neither yes nor no. It never means that a session is not valid.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// PostgreSQL did not answer in time, is away, or answered with an error; the text says what happened and contains
    /// no secret.
    case unavailable(String)
    /// PostgreSQL answers, and did not take a change: it was made read-only, or its disk is full. Sessions are checked as
    /// ever.
    case readOnly
    /// More waits already than can be answered in time.
    case overloaded
}
