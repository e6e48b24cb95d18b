import COpenSSL
import Testing

/// A TLS server over memory BIOs, with the behaviour of OpenSSL.
@safe final class TLSTestServer {
    private let session: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private(set) var isEstablished = false
    /// The received plaintext.
    private(set) var received: [UInt8] = []
    /// OpenSSL's reason for the first failure.
    private(set) var failure: String?

    /// Creates a server.
    /// - Parameters:
    ///   - version: The only supported version.
    ///   - clientAuthority: The authority of client certificates, or nil to request none.
    ///   - fragment: The maximum length of a sent record, in bytes of plaintext.
    init(
        _ identity: TLSIdentity, version: Int32 = TLS1_3_VERSION, clientAuthority: TLSIdentity? = nil,
        fragment: Int = 16_384
    ) throws {
        let context = unsafe try #require(unsafe SSL_CTX_new(TLS_server_method()))
        // The session keeps a reference of its own.
        defer { unsafe SSL_CTX_free(context) }
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(version), nil)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_SEND_FRAGMENT, fragment, nil)
        // OpenSSL 3 supports TLS 1.1 only at this level.
        if version < TLS1_2_VERSION { unsafe SSL_CTX_set_cipher_list(context, "DEFAULT@SECLEVEL=0") }
        unsafe SSL_CTX_use_certificate(context, identity.certificate)
        unsafe SSL_CTX_use_PrivateKey(context, identity.key)
        // The intermediate certificates are sent with it.
        var next = identity.issuer
        while let issuer = next, issuer.issuer != nil {
            // 1: with a reference of the context's own.
            unsafe SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, UnsafeMutableRawPointer(issuer.certificate))
            next = issuer.issuer
        }
        if let clientAuthority {
            unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
            unsafe X509_STORE_add_cert(SSL_CTX_get_cert_store(context), clientAuthority.certificate)
        }
        unsafe session = try #require(unsafe SSL_new(context))
        unsafe input = try #require(unsafe BIO_new(BIO_s_mem()))
        unsafe output = try #require(unsafe BIO_new(BIO_s_mem()))
        // The session frees both.
        unsafe SSL_set_bio(session, input, output)
        unsafe SSL_set_accept_state(session)
    }

    deinit { unsafe SSL_free(session) }

    /// The name that the client requested (SNI).
    var requestedName: String? {
        unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name).map { unsafe String(cString: $0) }
    }

    var clientHasCertificate: Bool { unsafe SSL_get0_peer_certificate(session) != nil }

    /// Receives ciphertext, continues the handshake and decrypts.
    func receive(_ ciphertext: UnsafeRawBufferPointer) {
        unsafe BIO_write(input, ciphertext.baseAddress, Int32(ciphertext.count))
        if !isEstablished {
            guard check({ unsafe SSL_do_handshake(session) }) else { return }
            isEstablished = true
        }
        while true {
            var count = 0
            let buffer = unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, initialized in
                let isRead = check { unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count) }
                initialized = isRead ? count : 0
            }
            guard !buffer.isEmpty else { return }
            received += buffer
        }
    }

    func send(_ plaintext: [UInt8]) { _ = check { unsafe SSL_write(session, plaintext, Int32(plaintext.count)) } }

    func takeOutput() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(output))
        if !bytes.isEmpty { unsafe BIO_read(output, &bytes, Int32(bytes.count)) }
        return bytes
    }

    func close() { unsafe SSL_shutdown(session) }

    /// Updates its keys and requests an update of the client's (TLS 1.3).
    func updateKeys() {
        unsafe SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED)
        _ = check { unsafe SSL_do_handshake(session) }
    }

    /// Requests a renegotiation (TLS 1.2).
    func renegotiate() {
        unsafe SSL_renegotiate(session)
        _ = check { unsafe SSL_do_handshake(session) }
    }

    private func check(_ call: () -> Int32) -> Bool {
        ERR_clear_error()
        let result = call()
        guard result != 1 && result < 2 else { return true }
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: break
        default:
            let text = unsafe ERR_reason_error_string(ERR_peek_error()).map { unsafe String(cString: $0) }
            failure = failure ?? text ?? "?"
        }
        return false
    }
}
