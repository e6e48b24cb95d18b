import COpenSSL
import Testing

/// A certificate (EC P-256) and its key, created in memory.
@safe final class TLSIdentity {
    /// The X509; owned.
    let certificate: OpaquePointer
    /// The EVP_PKEY; owned.
    let key: OpaquePointer
    /// The identity that signed it, or nil for a self-signed one.
    let issuer: TLSIdentity?

    /// Creates an identity.
    /// - Parameters:
    ///   - name: The common name.
    ///   - alternatives: The subject's alternative names in OpenSSL's notation, such as `DNS:a.example,IP:::1`.
    ///   - issuer: The identity that signs, or nil for a self-signed one.
    ///   - validity: The period of validity, in seconds from now.
    init(
        _ name: String, alternatives: String? = nil, issuer: TLSIdentity? = nil, isAuthority: Bool = false,
        validity: Range<Int> = -3600..<86_400
    ) throws {
        self.issuer = issuer
        unsafe key = Self.makeKey(EVP_PKEY_EC)
        unsafe certificate = try #require(unsafe X509_new())
        unsafe X509_set_version(certificate, 2)
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...1_000_000_000))
        unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), validity.lowerBound)
        unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), validity.upperBound)
        unsafe X509_set_pubkey(certificate, key)
        // Borrowed from the certificate.
        let subject = unsafe X509_get_subject_name(certificate)
        unsafe X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0)
        unsafe X509_set_issuer_name(certificate, issuer.map { unsafe X509_get_subject_name($0.certificate) } ?? subject)
        if isAuthority { try add(NID_basic_constraints, "critical,CA:TRUE") }
        if let alternatives { try add(NID_subject_alt_name, alternatives) }
        try #require(unsafe X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0)
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    var certificatePEM: String { unsafe Self.text { unsafe PEM_write_bio_X509($0, certificate) } }

    var keyPEM: String { unsafe Self.text { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) } }

    var encryptedKeyPEM: String {
        unsafe Self.text { unsafe PEM_write_bio_PrivateKey($0, key, EVP_aes_256_cbc(), "password", 8, nil, nil) }
    }

    /// Returns a new key of a type that no certificate here has (Ed25519).
    static func strangeKeyPEM() -> String {
        let key = unsafe makeKey(EVP_PKEY_ED25519)
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe text { unsafe PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    private static func makeKey(_ kind: Int32) -> OpaquePointer {
        let maker = unsafe EVP_PKEY_CTX_new_id(kind, nil)
        defer { unsafe EVP_PKEY_CTX_free(maker) }
        unsafe EVP_PKEY_keygen_init(maker)
        if kind == EVP_PKEY_EC { unsafe EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1) }
        var key: OpaquePointer?
        unsafe EVP_PKEY_keygen(maker, &key)
        guard let key = unsafe key else { fatalError("OpenSSL makes no key") }
        return unsafe key
    }

    private func add(_ kind: Int32, _ value: String) throws {
        let extended = unsafe try #require(unsafe X509V3_EXT_conf_nid(nil, nil, kind, value))
        // The certificate keeps a copy.
        unsafe X509_add_ext(certificate, extended, -1)
        unsafe X509_EXTENSION_free(extended)
    }

    private static func text(_ write: (OpaquePointer?) -> Int32) -> String {
        let memory = unsafe BIO_new(BIO_s_mem())
        defer { unsafe BIO_free(memory) }
        _ = unsafe write(memory)
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(memory))
        unsafe BIO_read(memory, &bytes, Int32(bytes.count))
        return String(decoding: bytes, as: UTF8.self)
    }
}
