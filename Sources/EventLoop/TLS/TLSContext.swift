internal import COpenSSL

/// The common configuration of TLS connections: the trusted certificate authorities, and the client certificate.
///
/// Requires TLS 1.2 or newer and always verifies the server; no compression, no renegotiation. Reads its files once, in
/// init; a changed certificate requires a new context.
@safe package final class TLSContext: Sendable {
    // Sendable although a pointer is not: OpenSSL counts an SSL_CTX's references atomically and locks its shared parts
    // (the certificate store), and nothing changes it after init.
    nonisolated(unsafe) private let context: OpaquePointer

    /// Reads the files. Blocks on the disk: for the start of a program, not for the loop.
    ///
    /// - Parameters:
    ///   - authorities: The path of a PEM file with the only trusted certificate authorities; nil for those that the
    ///     system trusts.
    ///   - certificate: The path of a PEM file with the client certificate, followed by its intermediate certificates,
    ///     for servers that require one; nil for none.
    ///   - key: The path of a PEM file with that certificate's private key, unencrypted.
    /// - Throws: ``TLSError/configuration(_:)`` with the file and its problem.
    package init(authorities: String?, certificate: String?, key: String?) throws(TLSError) {
        OpenSSLFailure.clear()
        // Owned here until SSL_CTX_free. Each SSL created from it holds a reference of its own.
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .configuration(OpenSSLFailure.take().reason)
        }
        unsafe self.context = context
        guard unsafe authfcgi_tls_set_oldest_version(context, TLS1_2_VERSION) == 1 else {
            throw .configuration(OpenSSLFailure.take().reason)
        }
        unsafe authfcgi_tls_refuse_compression_and_renegotiation(context)
        unsafe authfcgi_tls_accept_moving_write_buffer(context)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        // Without a callback OpenSSL would ask the terminal for a passphrase.
        unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
        try trust(authorities)
        switch (certificate, key) {
        case (let certificate?, let key?):
            try present(certificate)
            try prove(with: key, certificate: certificate)
        case (nil, nil): break
        case (_?, nil): throw .configuration("a client certificate without its key")
        case (nil, _?): throw .configuration("a key without its client certificate")
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// Returns a new SSL, or nil if memory is exhausted. The caller owns it and passes it to SSL_free.
    func makeSession() -> OpaquePointer? { unsafe SSL_new(context) }

    private func trust(_ authorities: String?) throws(TLSError) {
        OpenSSLFailure.clear()
        guard let authorities else {
            guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .configuration("the system's authorities: \(OpenSSLFailure.take().reason)")
            }
            return
        }
        guard unsafe SSL_CTX_load_verify_file(context, authorities) == 1 else {
            throw Self.unusable(authorities, lacking: "contains no PEM certificate")
        }
    }

    private func present(_ certificate: String) throws(TLSError) {
        OpenSSLFailure.clear()
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw Self.unusable(certificate, lacking: "contains no PEM certificate")
        }
    }

    private func prove(with path: String, certificate: String) throws(TLSError) {
        OpenSSLFailure.clear()
        // Owned here until BIO_free, which closes the file.
        guard let file = unsafe BIO_new_file(path, "r") else { throw Self.unusable(path, lacking: "no file") }
        defer { unsafe BIO_free(file) }
        var isEncrypted = false
        // The flag is borrowed for the one call. The key is owned here until EVP_PKEY_free.
        let key = unsafe withUnsafeMutablePointer(to: &isEncrypted) { isEncrypted in
            unsafe PEM_read_bio_PrivateKey(
                file, nil,
                { _, _, _, isEncrypted in
                    unsafe isEncrypted?.assumingMemoryBound(to: Bool.self).pointee = true
                    return -1
                }, isEncrypted)
        }
        guard let key = unsafe key else {
            let failure = OpenSSLFailure.take()
            if isEncrypted { throw .configuration("\(path): the key is encrypted; an unencrypted key is required") }
            if failure.library == ERR_LIB_SYS { throw .configuration("\(path): \(failure.reason)") }
            throw .configuration("\(path): contains no PEM private key")
        }
        defer { unsafe EVP_PKEY_free(key) }
        // The context takes a reference of its own. It would store a key of another type than the certificate's beside
        // it, hence the second call.
        guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1, unsafe SSL_CTX_check_private_key(context) == 1 else {
            OpenSSLFailure.clear()
            throw .configuration("\(path): the key does not match the certificate \(certificate)")
        }
    }

    private static func unusable(_ path: String, lacking: String) -> TLSError {
        let failure = OpenSSLFailure.take()
        return .configuration("\(path): \(failure.isLackOfPEM ? lacking : failure.reason)")
    }
}
