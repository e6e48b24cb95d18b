import Synchronization

/// Certificates for tests, created with the openssl program and valid for a month: an authority, a server and a client
/// with certificates of it, and on demand certificates that a client has to refuse.
package final class TLSFiles: Sendable {
    package struct Certificate: Sendable {
        /// The path of the certificate (PEM).
        package let file: String
        /// The path of the private key (PEM).
        package let key: String
    }

    /// The certificate of the authority, which clients trust.
    package var authority: String { authorityPair.file }
    package let server: Certificate
    package let client: Certificate

    /// The certificate of the server, and its key.
    package var certificate: String { server.file }
    package var key: String { server.key }
    package var clientCertificate: String { client.file }
    package var clientKey: String { client.key }

    private let folder: TestFolder
    private let name: String
    private let names: [String]
    private let authorityPair: Certificate
    private let made = Mutex<[String: Certificate]>([:])

    /// Creates the certificates.
    ///
    /// - Parameters:
    ///   - name: The name of the folder in `folder`.
    ///   - names: The names in the server's certificate.
    package init(
        in folder: TestFolder, name: String = "tls", names: [String] = ["DNS:localhost", "IP:127.0.0.1"]
    ) throws {
        self.folder = folder
        self.name = name
        self.names = names
        let path = try folder.makeFolder(name)
        authorityPair = try Self.makeAuthority(in: path, named: "ca")
        server = try Self.makeCertificate(in: path, named: "server", names: names, by: authorityPair)
        client = try Self.makeCertificate(in: path, named: "client", names: ["DNS:client"], by: authorityPair)
    }

    /// Creates a certificate for the server's names by the same authority that expired years ago.
    package func expired() throws -> Certificate {
        try makeOnce("expired") { path in
            try Self.makeCertificate(
                in: path, named: "expired", names: names, by: authorityPair,
                clock: ["faketime", "2020-01-01 00:00:00"])
        }
    }

    /// Creates a certificate by the same authority for other names, as of another server.
    package func issued(to names: [String], named file: String) throws -> Certificate {
        try makeOnce(file) { path in
            try Self.makeCertificate(in: path, named: file, names: names, by: authorityPair)
        }
    }

    /// Creates a second authority, which has issued none of the other certificates.
    package func otherAuthority() throws -> Certificate {
        try makeOnce("other-ca") { path in try Self.makeAuthority(in: path, named: "other-ca") }
    }

    /// Creates a certificate for the server's names by the second authority.
    package func issuedByOtherAuthority() throws -> Certificate {
        let authority = try otherAuthority()
        return try makeOnce("foreign") { path in
            try Self.makeCertificate(in: path, named: "foreign", names: names, by: authority)
        }
    }

    private func makeOnce(_ file: String, _ make: (String) throws -> Certificate) throws -> Certificate {
        try made.withLock { made in
            if let old = made[file] { return old }
            let new = try make(folder.path(name))
            made[file] = new
            return new
        }
    }

    private static func makeAuthority(in path: String, named file: String) throws -> Certificate {
        let made = Certificate(file: "\(path)/\(file).pem", key: "\(path)/\(file).key")
        try openssl(
            newKey("req -x509 -days 30", for: made) + [
                "-out", made.file, "-subj", "/CN=\(file)", "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign",
            ])
        return made
    }

    private static func makeCertificate(
        in path: String, named file: String, names: [String], by authority: Certificate, clock: [String] = []
    ) throws -> Certificate {
        let made = Certificate(file: "\(path)/\(file).pem", key: "\(path)/\(file).key")
        let request = "\(path)/\(file).csr"
        try openssl(
            newKey("req", for: made) + [
                "-out", request, "-subj", "/CN=\(file)", "-addext", "subjectAltName=\(names.joined(separator: ","))",
            ])
        try openssl(
            [
                "x509", "-req", "-in", request, "-out", made.file, "-CA", authority.file, "-CAkey", authority.key,
                "-days", "30", "-copy_extensions", "copy",
            ], clock: clock)
        return made
    }

    private static func newKey(_ command: String, for made: Certificate) -> [String] {
        let words = "\(command) -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout"
        return words.split(separator: " ").map(String.init) + [made.key]
    }

    private static func openssl(_ arguments: [String], clock: [String] = []) throws {
        let command = clock + ["openssl"] + arguments
        try ServerProcess.output(command[0], Array(command.dropFirst()))
    }
}
