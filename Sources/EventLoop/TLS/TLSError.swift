/// Why there is no TLS connection, or none any more.
package enum TLSError: Error, Equatable, Sendable {
    /// What the operator gave cannot be used: a file, named with what is wrong with it, or a host name.
    case configuration(String)
    /// The server's certificate is refused; OpenSSL's word for why, such as "certificate has expired".
    case certificate(String)
    /// What the server sent is not TLS as it should be, or the server said that ours was not.
    case `protocol`(String)
    /// The connection was closed in good order (close_notify).
    case closed

    /// One line for an operator. Names files and hosts, never what is in them.
    package var reason: String {
        switch self {
        case .configuration(let text): "TLS cannot be used as configured: \(text)"
        case .certificate(let text): "the server's certificate is refused: \(text)"
        case .protocol(let text): "TLS failed: \(text)"
        case .closed: "the TLS connection was closed"
        }
    }
}
