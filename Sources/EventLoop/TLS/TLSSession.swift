internal import COpenSSL

/// One TLS connection from the client's side, as a codec: bytes of the network go in and come out, the socket is
/// somebody else's.
///
/// In turn: ``shakeHands()`` begins, what ``takeCiphertext(into:)`` gives is sent, what arrives goes to
/// ``receive(_:)``, then ``shakeHands()`` again until it is true. From then on ``write(_:)``, and after each
/// ``receive(_:)`` ``read(into:)`` until it gives 0. Any of these may have something to send. After any error but
/// ``TLSError/closed`` only ``takeCiphertext(into:)`` is of use: it has the alert that tells the server why. The error
/// stays, and no plain text follows it.
///
/// Belongs to one thread at a time.
@safe package final class TLSSession {
    // Owned until SSL_free. It owns in turn the two memory BIOs that are all it knows of a network: what has arrived,
    // and what is to be sent.
    private let session: OpaquePointer
    private var isEstablished = false
    private var failure: TLSError?
    /// What could not be encrypted yet, since the server is in the middle of a message that comes first.
    private var waiting: [UInt8] = []

    /// - Parameter host: the name or address as the operator wrote it, IPv6 without brackets. The certificate has to
    ///   be for it.
    /// - Throws: ``TLSError/configuration(_:)`` when there can be no certificate for the host.
    package init(_ context: TLSContext, host: String) throws(TLSError) {
        let host = try TLSHost(host)
        OpenSSLFailure.clear()
        guard let session = unsafe context.makeSession() else { throw .protocol(OpenSSLFailure.take().reason) }
        // From here on deinit frees, also when this init throws.
        unsafe self.session = session
        // The session frees both.
        unsafe SSL_set0_rbio(session, BIO_new(BIO_s_mem()))
        unsafe SSL_set0_wbio(session, BIO_new(BIO_s_mem()))
        guard unsafe SSL_get_rbio(session) != nil, unsafe SSL_get_wbio(session) != nil else {
            throw .protocol(OpenSSLFailure.take().reason)
        }
        unsafe SSL_set_connect_state(session)
        // All texts are copied.
        let isAccepted =
            switch host {
            case .name(let name):
                unsafe authfcgi_tls_set_server_name(session, name) == 1 && SSL_set1_host(session, name) == 1
            case .address(let address):
                // The parameters are the session's own: borrowed.
                unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address) == 1
            }
        unsafe SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard isAccepted else { throw .configuration("OpenSSL does not take the host to verify") }
    }

    deinit { unsafe SSL_free(session) }

    // MARK: The network's side

    /// Takes what has arrived from the server, all of it.
    package func receive(_ ciphertext: UnsafeRawBufferPointer) {
        guard failure == nil, unsafe !ciphertext.isEmpty else { return }
        var taken = 0
        // Copies. The BIO belongs to the session. Fails without memory only.
        guard
            unsafe BIO_write_ex(SSL_get_rbio(session), ciphertext.baseAddress, ciphertext.count, &taken) == 1,
            taken == ciphertext.count
        else {
            failure = .protocol("out of memory")
            return
        }
    }

    /// The server sends no more: what is not complete by now never will be. A stream that ends without a close_notify
    /// has been cut, by whomever: ``read(into:)`` and ``shakeHands()`` throw then, once all that did arrive is read.
    package func receiveEnd() { unsafe authfcgi_bio_end(SSL_get_rbio(session)) }

    /// Appends what is to be sent to the server, if anything, and forgets it.
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

    // MARK: The program's side

    /// Goes on with the handshake as far as what has arrived allows.
    ///
    /// - Returns: whether it is done: the server is the one that was asked for. That it is content with our own
    ///   certificate may show only in the first ``read(into:)`` (TLS 1.3).
    package func shakeHands() throws(TLSError) -> Bool {
        if let failure { throw failure }
        if isEstablished { return true }
        OpenSSLFailure.clear()
        let result = unsafe SSL_do_handshake(session)
        guard result == 1 else {
            try judge(result)
            return false
        }
        // OpenSSL verifies a certificate if there is one; the system's settings may allow ciphers that have none.
        guard unsafe SSL_get0_peer_certificate(session) != nil else { throw fail(.certificate("there is none")) }
        isEstablished = true
        return true
    }

    /// Decrypts what has arrived.
    ///
    /// - Returns: how many bytes of `buffer` are plain text now; 0: nothing more until more arrives.
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

    /// Encrypts `plaintext`, all of it. Only after the handshake.
    ///
    /// - Throws: ``TLSError/closed`` after ``close()``.
    package func write(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) {
        if let failure { throw failure }
        precondition(isEstablished, "write before the end of the TLS handshake")
        guard unsafe SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0 else { throw .closed }
        guard unsafe !plaintext.isEmpty else { return }
        try writeWaiting()
        if waiting.isEmpty, try unsafe encrypt(plaintext) { return }
        unsafe waiting.append(contentsOf: plaintext)
    }

    /// Puts a close_notify behind what is to be sent; nothing can be written from then on, though still read.
    package func close() {
        guard isEstablished, failure == nil, unsafe SSL_get_shutdown(session) & SSL_SENT_SHUTDOWN == 0 else { return }
        OpenSSLFailure.clear()
        // Called once: a second call would look for the server's close_notify. In the middle of a message of the
        // server there is no saying goodbye, and no harm in it.
        unsafe SSL_shutdown(session)
        OpenSSLFailure.clear()
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

    /// False: not yet, and nothing of it. A memory BIO takes all there is, but a TLS 1.3 server may be in the middle
    /// of a message of the handshake kind (a session ticket in two records), which goes first.
    private func encrypt(_ plaintext: UnsafeRawBufferPointer) throws(TLSError) -> Bool {
        var taken = 0
        OpenSSLFailure.clear()
        let result = unsafe SSL_write_ex(session, plaintext.baseAddress, plaintext.count, &taken)
        if result == 1 { return true }
        try judge(result)
        return false
    }

    /// What the result of the call just made means: returns when it only needs more bytes from the server.
    private func judge(_ result: Int32) throws(TLSError) {
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return
        case SSL_ERROR_ZERO_RETURN: throw .closed
        default:
            let cause = OpenSSLFailure.take(preferring: ERR_LIB_SSL)
            guard cause.isOfCertificate else { throw fail(.protocol(cause.reason)) }
            // Static text.
            let text = unsafe X509_verify_cert_error_string(SSL_get_verify_result(session))
            throw fail(.certificate(unsafe text.map { unsafe String(cString: $0) } ?? cause.reason))
        }
    }

    private func fail(_ error: TLSError) -> TLSError {
        failure = error
        return error
    }
}
