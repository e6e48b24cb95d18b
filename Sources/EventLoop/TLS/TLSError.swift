/// The reason why a TLS connection could not be established, or ended.
package enum TLSError: Error, Equatable, Sendable {
    /// The configuration is invalid: a file, named with its problem, or a host name.
    case configuration(String)
    /// The server's certificate is refused. The text is OpenSSL's reason, such as "certificate has expired".
    case certificate(String)
    /// The server violated the protocol, or sent an alert.
    case `protocol`(String)
    /// The connection was closed cleanly, with close_notify.
    case closed

    /// The reason in one line, for the log. Contains the names of files and hosts, never the contents of files.
    package var reason: String {
        switch self {
        case .configuration(let text): "invalid TLS configuration: \(text)"
        case .certificate(let text): "the server's certificate is refused: \(text)"
        case .protocol(let text): "TLS failed: \(text)"
        case .closed: "the TLS connection was closed"
        }
    }
}
