internal import COpenSSL

/// The client side of a TLS connection, as a codec: bytes of the network go in and come out; the caller owns the
/// socket.
///
/// The order of calls: ``shakeHands()`` starts the handshake, the caller sends the bytes of ``takeCiphertext(into:)``
/// and passes those that arrive to ``receive(_:)``, then calls ``shakeHands()`` again until it returns true. From then
/// on the caller may call ``write(_:)``, and after each ``receive(_:)`` calls ``read(into:)`` until it returns 0. Any
/// of these calls may produce bytes to send. After any error but ``TLSError/closed`` only ``takeCiphertext(into:)`` is
/// of use: it returns the alert that tells the server the reason. The error persists, and no plaintext follows it.
///
/// There is no close_notify from this side, and the end of the server's bytes is not examined: the protocol on top,
/// Redis', has lengths, so that a truncated reply is never taken for a complete one.
///
/// Belongs to one thread at a time.
@safe package final class TLSSession {
    // Owned until SSL_free. It owns in turn the two memory BIOs that stand for the network: the bytes that have
    // arrived, and those to be sent.
    private let session: OpaquePointer
    private var isEstablished = false
    private var failure: TLSError?
    /// The plaintext that cannot be encrypted yet, because the server is in the middle of a message that must complete
    /// first.
    private var waiting: [UInt8] = []

    /// Creates a session for one connection.
    /// - Parameters:
    ///   - context: The configuration.
    ///   - host: The name or address as the operator wrote it, IPv6 without brackets. The server's certificate must be
    ///     valid for it.
    /// - Throws: ``TLSError/configuration(_:)`` if no certificate can be valid for the host.
    package init(_ context: TLSContext, host: String) throws(TLSError) {
        let host = try TLSHost(host)
        OpenSSLFailure.clear()
        guard let session = unsafe context.makeSession() else { throw .protocol(OpenSSLFailure.take().reason) }
        // From here on deinit frees the session, also when this init throws.
        unsafe self.session = session
        // The session frees both.
        unsafe SSL_set0_rbio(session, BIO_new(BIO_s_mem()))
        unsafe SSL_set0_wbio(session, BIO_new(BIO_s_mem()))
        guard unsafe SSL_get_rbio(session) != nil, unsafe SSL_get_wbio(session) != nil else {
            throw .protocol(OpenSSLFailure.take().reason)
        }
        unsafe SSL_set_connect_state(session)
        // OpenSSL copies all strings.
        let isAccepted =
            switch host {
            case .name(let name):
                unsafe authfcgi_tls_set_server_name(session, name) == 1 && SSL_set1_host(session, name) == 1
            case .address(let address):
                // The parameters are borrowed from the session.
                unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address) == 1
            }
        unsafe SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard isAccepted else { throw .configuration("OpenSSL rejects the host for verification") }
    }

    deinit { unsafe SSL_free(session) }

    // MARK: Network side

    /// Takes bytes that have arrived from the server. All of them are copied.
    package func receive(_ ciphertext: UnsafeRawBufferPointer) {
        guard failure == nil, unsafe !ciphertext.isEmpty else { return }
        var taken = 0
        // Copies. The BIO belongs to the session. Fails only when memory is exhausted.
        guard
            unsafe BIO_write_ex(SSL_get_rbio(session), ciphertext.baseAddress, ciphertext.count, &taken) == 1,
            taken == ciphertext.count
        else {
            failure = .protocol("out of memory")
            return
        }
    }

    /// Appends the bytes to be sent to the server, if any, and removes them from the session.
    package func takeCiphertext(into bytes: inout [UInt8]) {
        // Borrowed from the session.
        guard let output = unsafe SSL_get_wbio(session) else { return }
        let count = unsafe BIO_ctrl_pending(output)
        guard count > 0 else { return }
        bytes.append(addingCapacity: count) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
                // Copies into the array's own storage.
                _ = unsafe BIO_read_ex(output, buffer.baseAddress, count, &initialized)
            }
        }
    }

    // MARK: Program side

    /// Continues the handshake as far as the received bytes allow.
    ///
    /// - Returns: True if the handshake is complete: the server is verified. The server's refusal of the client
    ///   certificate may show only in the first ``read(into:)`` (TLS 1.3).
    /// - Throws: The reason of a failed handshake.
    package func shakeHands() throws(TLSError) -> Bool {
        if let failure { throw failure }
        if isEstablished { return true }
        OpenSSLFailure.clear()
        let result = unsafe SSL_do_handshake(session)
        guard result == 1 else {
            try judge(result)
            return false
        }
        // OpenSSL verifies a certificate if there is one; the system's settings may allow ciphers without certificates.
        guard unsafe SSL_get0_peer_certificate(session) != nil else { throw fail(.certificate("there is none")) }
        isEstablished = true
        return true
    }

    /// Decrypts received bytes.
    ///
    /// - Returns: The number of bytes of plaintext in `buffer`, or 0 if more bytes must arrive first.
    /// - Throws: ``TLSError/closed`` at the end of the stream, once everything before it is read.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> Int {
        if let failure { throw failure }
        guard isEstablished, unsafe !buffer.isEmpty else { return 0 }
        try writeWaiting()
        var count = 0
        OpenSSLFailure.clear()
        let result = unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        guard result == 1 else {
            try judge(result)
            return 0
        }
        return count
    }

    /// Encrypts all of `plaintext`. Allowed only after the handshake.
    package func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        if let failure { throw failure }
        precondition(isEstablished, "write before the end of the TLS handshake")
        guard unsafe !plaintext.isEmpty else { return }
        try writeWaiting()
        if waiting.isEmpty, try unsafe encrypt(plaintext) { return }
        unsafe waiting.append(contentsOf: plaintext)
    }

    // MARK: -

    private func writeWaiting() throws(TLSError) {
        guard !waiting.isEmpty else { return }
        let bytes = waiting
        let isTaken = try unsafe bytes.span.bytes.withUnsafeBytes { bytes throws(TLSError) in
            try unsafe encrypt(bytes)
        }
        if isTaken { waiting = [] }
    }

    /// Encrypts all of `plaintext`, or nothing.
    /// - Returns: False if nothing could be encrypted yet. A memory BIO has no limit, but a TLS 1.3 server may be in
    ///   the middle of a handshake message (a session ticket in two records), which must complete first.
    private func encrypt(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) -> Bool {
        var taken = 0
        OpenSSLFailure.clear()
        let result = unsafe SSL_write_ex(session, plaintext.baseAddress, plaintext.count, &taken)
        if result == 1 { return true }
        try judge(result)
        return false
    }

    /// Examines the result of the call just made. Returns if the call needs more bytes from the server; otherwise
    /// throws.
    private func judge(_ result: Int32) throws(TLSError) {
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return
        case SSL_ERROR_ZERO_RETURN: throw .closed
        default:
            let cause = OpenSSLFailure.take(preferring: ERR_LIB_SSL)
            guard cause.isOfCertificate else { throw fail(.protocol(cause.reason)) }
            // A static string of the library: not freed.
            let text = unsafe X509_verify_cert_error_string(SSL_get_verify_result(session))
            throw fail(.certificate(unsafe text.map { unsafe String(cString: $0) } ?? cause.reason))
        }
    }

    private func fail(_ error: TLSError) -> TLSError {
        failure = error
        return error
    }
}
