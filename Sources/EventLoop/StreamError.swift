/// The reason why a ``ByteStream`` could not be opened, or ended.
package enum StreamError: Error, Equatable, Sendable {
    /// The server's name has no address.
    case name(String)
    /// A system call failed.
    case system(SystemError)
    /// The TLS handshake failed, or the server is not the expected one.
    case tls(TLSError)
    /// The stream was not open within the deadline.
    case deadline
    /// The server closed the stream.
    case ended
    /// The server does not read what is sent to it.
    case congested

    /// The reason in one line, for the log.
    package var reason: String {
        switch self {
        case .name(let text): text
        case .system(let error): error.reason
        case .tls(let error): error.reason
        case .deadline: "no connection within the deadline"
        case .ended: "the server closed the connection"
        case .congested: "the server does not read what is sent to it"
        }
    }
}
