import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Wrong servers and wrong TLS settings: the log lines, and the answers by PostgreSQL.
extension RedisTLSTests {
    /// A wrong server, or wrong settings for the right one.
    enum Mistake: CaseIterable {
        case unknownAuthority, expiredCertificate, otherName, otherAddress, noClientCertificate,
            foreignClientCertificate
        case plainServer, plainClient

        /// The reason in the log.
        var reason: String {
            switch self {
            case .unknownAuthority: "the server's certificate is refused: self-signed certificate in certificate chain"
            case .expiredCertificate: "the server's certificate is refused: certificate has expired"
            case .otherName: "the server's certificate is refused: hostname mismatch"
            case .otherAddress: "the server's certificate is refused: IP address mismatch"
            case .noClientCertificate: "the server sent the alert \"certificate required\""
            case .foreignClientCertificate: "the server sent the alert \"unknown ca\""
            case .plainServer: "(does the server speak TLS there?)"
            case .plainClient: "before the first reply (does the server require TLS, rediss://?)"
            }
        }
    }

    @Test(arguments: Mistake.allCases)
    func `an untrusted or incompatible server is logged with the reason, and PostgreSQL answers`(
        mistake: Mistake
    ) async throws {
        var (host, scheme, authorities) = ("127.0.0.1", "rediss", tls.authority)
        var settings: [String: String] = [:]
        var shown: TLSFiles.Certificate?
        func use(_ certificate: TLSFiles.Certificate) {
            settings["tls-cert-file"] = certificate.file
            settings["tls-key-file"] = certificate.key
        }
        switch mistake {
        case .unknownAuthority: authorities = try tls.otherAuthority().file
        case .expiredCertificate: use(try tls.expired())
        case .otherName:
            use(try tls.issued(to: ["DNS:elsewhere", "IP:127.0.0.1"], named: "elsewhere"))
            host = "localhost"
        case .otherAddress: use(try tls.issued(to: ["DNS:localhost", "IP:127.0.0.2"], named: "elsewhere"))
        case .noClientCertificate: settings["tls-auth-clients"] = "yes"
        case .foreignClientCertificate:
            settings["tls-auth-clients"] = "yes"
            shown = try tls.issuedByOtherAuthority()
        case .plainServer: settings = ["tls-port": "0", "port": "\(try Endpoint.freePort())"]
        case .plainClient: scheme = "redis"
        }
        let server = try server(settings)
        let port = settings["port"] ?? "\(server.tcpPort ?? 0)"
        var drill = try await RedisDrill(
            "\(scheme)://:\(Self.password)@\(host):\(port)",
            tls: RedisTLS(authorities: authorities, certificate: shown?.file, key: shown?.key), isReachable: false)
        try await drill.awaitLog("warning: Failed to connect to Redis: ")
        try await drill.awaitLog("info: Using database for session storage")
        try await drill.end()
        // The attempts continue and are logged once.
        try await drill.awaitChecks(500)
        #expect(try await drill.shared(drill.live) == 0)
        for pod in [drill.watched, drill.probe] {
            let lines = pod.log.lines(with: "Failed to connect to Redis")
            #expect(lines.count == 1, "\(pod.log.text)")
            #expect(lines.first?.contains(mistake.reason) == true, "\(pod.log.text)")
            #expect(await !pod.store.usesRedis)
        }
        // Nothing was stored, neither without TLS nor by an unverified client.
        #expect(try server.command("DBSIZE") == "0")
        try await drill.finish(secrets: [Self.password])
    }
}
