/// Why a store gives no answer. None of these ever means that a session is not valid.
public enum SessionStoreError: Error, Equatable, Sendable {
    /// An argument is malformed, and would be at every other time too; nobody was asked. The text says what it has to be,
    /// and contains no value.
    case invalid(String)
    /// The store cannot tell: PostgreSQL did not answer in time, is away, or answered with an error. The text says what
    /// happened and contains no secret.
    case unavailable(String)
    /// PostgreSQL answers, and did not take a change: it was made read-only, or its disk is full. Sessions are checked as
    /// ever.
    case readOnly
    /// More waits already than can be answered in time.
    case overloaded
}
