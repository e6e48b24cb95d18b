extension PasswordHasher.Failure: CustomStringConvertible {
    /// The reason in plain words, for the log.
    package var description: String {
        switch self {
        case .busy(let seconds): "too many logins are waiting; retry after \(seconds) s"
        case .abandoned: "the client has gone"
        case .failed(let reason): reason
        }
    }
}
