/// Whether Redis can be used.
enum RedisHealth: Equatable, Sendable {
    /// It was not reached yet, nor given up.
    case unknown
    /// The text says where it is.
    case up(String)
    /// Some servers of several cannot be used; the text says which, and why.
    case partly(String)
    case down(String)
}
