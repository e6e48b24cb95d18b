import COpenSSL
import Testing
import TestSupport

@testable import EventLoop

@Suite struct TLSContextTests {
    private let authority: TLSIdentity
    private let own: TLSIdentity

    init() throws {
        authority = try TLSIdentity("authority", isAuthority: true)
        own = try TLSIdentity("client", issuer: authority)
    }

    private func problem(authorities: String? = nil, certificate: String? = nil, key: String? = nil) -> String? {
        do throws(TLSError) {
            _ = try TLSContext(authorities: authorities, certificate: certificate, key: key)
            return nil
        } catch {
            guard case .configuration(let text) = error else { return "not of the configuration: \(error)" }
            return text
        }
    }

    @Test func `valid files are accepted`() throws {
        let authorities = try MemoryFile(authority.certificatePEM + own.certificatePEM)
        let both = try MemoryFile(own.certificatePEM + authority.certificatePEM + own.keyPEM)
        #expect(problem() == nil)
        #expect(problem(authorities: authorities.path) == nil)
        #expect(problem(authorities: authorities.path, certificate: both.path, key: both.path) == nil)
    }

    @Test func `a missing file is named`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(own.keyPEM))
        let (missing, reason) = ("/nowhere/at/all.pem", "/nowhere/at/all.pem: No such file or directory")
        #expect(problem(authorities: missing) == reason)
        #expect(problem(certificate: missing, key: key.path) == reason)
        #expect(problem(certificate: certificate.path, key: missing) == reason)
    }

    @Test func `a folder is neither a certificate nor a key`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(own.keyPEM))
        #expect(problem(authorities: "/proc") == "/proc: contains no PEM certificate")
        #expect(problem(certificate: "/proc", key: key.path) == "/proc: contains no PEM certificate")
        #expect(problem(certificate: certificate.path, key: "/proc") == "/proc: contains no PEM private key")
    }

    @Test(arguments: ["", "hunter2\n", "-----BEGIN NOTHING-----\naHVudGVyMg==\n-----END NOTHING-----\n"])
    func `a file without PEM of the right kind is named, but its content is not shown`(text: String) throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(own.keyPEM))
        let bad = try MemoryFile(text)
        #expect(problem(authorities: bad.path) == "\(bad.path): contains no PEM certificate")
        #expect(problem(certificate: bad.path, key: key.path) == "\(bad.path): contains no PEM certificate")
        #expect(
            problem(certificate: certificate.path, key: bad.path) == "\(bad.path): contains no PEM private key")
    }

    @Test func `a key is not accepted as a certificate, nor a certificate as a key`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(own.keyPEM))
        #expect(problem(authorities: key.path) == "\(key.path): contains no PEM certificate")
        #expect(problem(certificate: key.path, key: key.path) == "\(key.path): contains no PEM certificate")
        #expect(
            problem(certificate: certificate.path, key: certificate.path)
                == "\(certificate.path): contains no PEM private key")
    }

    @Test func `a damaged certificate is refused without being shown`() throws {
        let middle = authority.certificatePEM.index(authority.certificatePEM.startIndex, offsetBy: 200)
        let damaged = try MemoryFile(
            authority.certificatePEM.prefix(upTo: middle) + "hunter2!\n-----END CERTIFICATE-----\n")
        let text = try #require(problem(authorities: damaged.path))
        #expect(text.hasPrefix("\(damaged.path): "))
        #expect(!text.contains("hunter2"))
        #expect(text.count < 120)
    }

    @Test func `an encrypted key is refused without a prompt for its passphrase`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(own.encryptedKeyPEM))
        #expect(
            problem(certificate: certificate.path, key: key.path)
                == "\(key.path): the key is encrypted; an unencrypted key is required")
    }

    @Test func `a key of another certificate is refused`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(authority.keyPEM))
        #expect(
            problem(certificate: certificate.path, key: key.path)
                == "\(key.path): the key does not match the certificate \(certificate.path)")
    }

    @Test func `a key of another type than the certificate's is refused`() throws {
        let (certificate, key) = (try MemoryFile(own.certificatePEM), try MemoryFile(TLSIdentity.strangeKeyPEM()))
        #expect(
            problem(certificate: certificate.path, key: key.path)
                == "\(key.path): the key does not match the certificate \(certificate.path)")
    }

    @Test func `a certificate without its key, and a key without its certificate, are refused`() throws {
        let file = try MemoryFile(own.certificatePEM + own.keyPEM)
        #expect(problem(certificate: file.path) == "a client certificate without its key")
        #expect(problem(key: file.path) == "a key without its client certificate")
    }

    @Test func `an earlier error is not reported as a later one's`() throws {
        ERR_clear_error()
        unsafe BIO_free(BIO_new_file("/nowhere/at/all.pem", "r"))
        #expect(ERR_peek_error() != 0)
        let bad = try MemoryFile("hunter2")
        #expect(problem(authorities: bad.path) == "\(bad.path): contains no PEM certificate")
        #expect(ERR_peek_error() == 0)
    }
}
