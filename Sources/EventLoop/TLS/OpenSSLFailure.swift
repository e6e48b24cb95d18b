internal import COpenSSL

/// What OpenSSL says went wrong in a call: one entry of this thread's error queue, by default the oldest, which is the
/// cause; later entries are of those who passed it on.
struct OpenSSLFailure: Equatable {
    /// The part of OpenSSL that speaks, one of `ERR_LIB_…`.
    let library: Int32
    /// What that part says, one of its `…_R_…`; of the system: `errno`.
    let code: Int32
    private let text: String?

    /// Empties the queue. Belongs before every call whose failure is asked for: entries of others would be taken for
    /// its own, by `SSL_get_error` too.
    static func clear() { ERR_clear_error() }

    /// The failure of the call just made on this thread. Empties the queue.
    ///
    /// - Parameter library: whose word counts most, if it has said anything: that of the part which was called tells
    ///   what happened, those below it (a cipher, a signature) only how they noticed.
    static func take(preferring library: Int32? = nil) -> OpenSSLFailure {
        var entry = ERR_get_error()
        var next = entry
        while let library, next != 0 {
            if ERR_GET_LIB(next) == library {
                entry = next
                break
            }
            next = ERR_get_error()
        }
        ERR_clear_error()
        // Static text of the library: nothing to free.
        let text = unsafe ERR_reason_error_string(entry).map { unsafe String(cString: $0) }
        return OpenSSLFailure(library: ERR_GET_LIB(entry), code: ERR_GET_REASON(entry), text: text)
    }

    /// One line, in the words of OpenSSL or, where the system failed, of the kernel.
    var reason: String {
        if library == ERR_LIB_SYS { return SystemError("OpenSSL", code: code).reason }
        if let alert { return "the server sent the alert \"\(alert)\"" }
        if isOfTLS(SSL_R_WRONG_VERSION_NUMBER) { return "wrong version number (does the server speak TLS there?)" }
        if isOfTLS(SSL_R_UNEXPECTED_EOF_WHILE_READING) { return "the stream ended without a close_notify" }
        return text ?? (library == 0 ? "no reason given" : "error \(library):\(code)")
    }

    /// The server's certificate did not pass; the reason is the session's verify result.
    var isOfCertificate: Bool { isOfTLS(SSL_R_CERTIFICATE_VERIFY_FAILED) }

    /// A file without any block of the PEM kind that was looked for.
    var isLackOfPEM: Bool {
        library == ERR_LIB_PEM && code == PEM_R_NO_START_LINE
            || library == ERR_LIB_X509
                && [X509_R_NO_CERTIFICATE_OR_CRL_FOUND, X509_R_NO_CERTIFICATE_FOUND].contains(code)
    }

    /// The name of the alert with which the server ended the connection: "sslv3 alert handshake failure" and the like
    /// in OpenSSL, whose first word is history.
    private var alert: String? {
        guard library == ERR_LIB_SSL, code >= SSL_AD_REASON_OFFSET, let text,
            let word = text.split(separator: " alert ", maxSplits: 1).last
        else { return nil }
        return String(word)
    }

    private func isOfTLS(_ code: Int32) -> Bool { library == ERR_LIB_SSL && self.code == code }
}
