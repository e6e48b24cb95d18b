internal import COpenSSL

/// The reason of a failed OpenSSL call: one entry of this thread's error queue (ERR_get_error(3)). By default the
/// oldest, which is the cause; later entries come from the callers that passed it on.
struct OpenSSLFailure: Equatable {
    /// The part of OpenSSL that failed, one of `ERR_LIB_…`.
    let library: Int32
    /// The reason code of that part, one of its `…_R_…`; for the system, `errno`.
    let code: Int32
    private let text: String?

    /// Empties the error queue. Required before every call whose failure is examined: older entries would be attributed
    /// to it, by `SSL_get_error` too.
    static func clear() { ERR_clear_error() }

    /// Returns the failure of the call just made on this thread, and empties the queue.
    ///
    /// - Parameter library: The part of OpenSSL whose entry is preferred, if it has one: the entry of the called part
    ///   names the event, those of the parts below (a cipher, a signature) only its detection.
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
        // A static string of the library: not freed.
        let text = unsafe ERR_reason_error_string(entry).map { unsafe String(cString: $0) }
        return OpenSSLFailure(library: ERR_GET_LIB(entry), code: ERR_GET_REASON(entry), text: text)
    }

    /// The reason in one line: OpenSSL's text or, for a failed system call, that of strerror(3).
    var reason: String {
        if library == ERR_LIB_SYS { return SystemError("OpenSSL", code: code).reason }
        if let alert { return "the server sent the alert \"\(alert)\"" }
        if isOfTLS(SSL_R_WRONG_VERSION_NUMBER) { return "wrong version number (does the server speak TLS there?)" }
        return text ?? (library == 0 ? "no reason given" : "error \(library):\(code)")
    }

    /// A Boolean value that indicates whether certificate verification failed. The session's verify result has the
    /// reason.
    var isOfCertificate: Bool { isOfTLS(SSL_R_CERTIFICATE_VERIFY_FAILED) }

    /// A Boolean value that indicates whether a file has no PEM block of the wanted kind.
    var isLackOfPEM: Bool {
        library == ERR_LIB_PEM && code == PEM_R_NO_START_LINE
            || library == ERR_LIB_X509
                && [X509_R_NO_CERTIFICATE_OR_CRL_FOUND, X509_R_NO_CERTIFICATE_FOUND].contains(code)
    }

    /// The name of the alert with which the server ended the connection. OpenSSL's texts begin with a historical
    /// protocol name, as in "sslv3 alert handshake failure".
    private var alert: String? {
        guard library == ERR_LIB_SSL, code >= SSL_AD_REASON_OFFSET, let text,
            let word = text.split(separator: " alert ", maxSplits: 1).last
        else { return nil }
        return String(word)
    }

    private func isOfTLS(_ code: Int32) -> Bool { library == ERR_LIB_SSL && self.code == code }
}
