/// Why a stream of bytes could not be opened, or ended.
package enum StreamError: Error, Equatable, Sendable {
    /// The server's name leads to no address.
    case name(String)
    /// A system call failed.
    case system(SystemError)
    /// Encryption could not be agreed on, or the server is not the one it should be.
    case tls(TLSError)
    /// It could not be opened in time.
    case deadline
    /// The server has ended it.
    case ended
    /// The server does not take what is sent to it.
    case congested

    /// One line for an operator.
    package var reason: String {
        switch self {
        case .name(let text): text
        case .system(let error): error.reason
        case .tls(let error): error.reason
        case .deadline: "no connection within the deadline"
        case .ended: "the server closed the connection"
        case .congested: "the server does not take what is sent to it"
        }
    }
}
