import EventLoop
import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// A store that may accept known sessions while PostgreSQL does not answer, and that cannot connect for a reason that is no
/// silence: what PostgreSQL sends is not acceptable, or nothing was sent to it. PostgreSQL answers everybody else, and a
/// session that ends there is refused after the revocation delay.
@Suite struct UnacceptedAnswerTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let tls: TLSFiles
    /// The file of the authority that the pod trusts.
    private let authority: String
    private let pod: TestStore
    private let token: SessionToken

    init() async throws {
        folder = try TestFolder()
        tls = try TLSFiles(in: folder)
        authority = try folder.write("authority.pem", Self.text(tls.authority))
        server = try PostgreSQLServer(in: folder, tcpPort: try Endpoint.freePort())
        try Self.install(tls.server, on: server)
        try server.psql("ALTER SYSTEM SET ssl = on")
        try await Self.reload(server)
        let seed = try await TestStore.startKeeping(server.url(), as: "seed")
        token = try await seed.signIn().token
        await seed.store.close()
        let url = "\(server.tcpURL())?sslmode=verify-ca&sslrootcert=\(authority)"
        pod = try await TestStore.startKeeping(url, as: "pod") { $0.staleIfDatabaseDown = .seconds(3) }
        try await pod.warm(token)
    }

    private static func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    }

    /// Writes the server's certificate and key, as the server's own user.
    private static func install(_ certificate: TLSFiles.Certificate, on server: PostgreSQLServer) throws {
        for (source, name) in [(certificate.file, "server.crt"), (certificate.key, "server.key")] {
            let lines = try text(source).split(separator: "\n").joined(separator: "\n")
            try server.psql(
                """
                COPY (SELECT unnest(string_to_array('\(lines)', chr(10))))
                TO PROGRAM 'umask 077; cat > "\(server.dataFolder)/\(name)"'
                """)
        }
    }

    private static func reload(_ server: PostgreSQLServer) async throws {
        try server.psql("SELECT pg_reload_conf()")
        try await Task.sleep(for: .milliseconds(300))
    }

    /// Keeps the pod out, ends its session elsewhere, and expects that it does not accept the session later than the
    /// revocation delay allows.
    private func expectRefusal(
        saying reason: String, sourceLocation: SourceLocation = #_sourceLocation, keepingOut: () async throws -> Void
    ) async throws {
        let watch = await CheckWatch(pod.store, token)
        try await keepingOut()
        try server.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pod'")
        try await Task.sleep(for: .milliseconds(100))
        try server.psql("UPDATE session_tokens SET revoked_at = now()")
        let limit = BootInstant.now + TestStore.revocationDelay
        try await Task.sleep(for: limit + .milliseconds(2500) - .now)
        let checks = await watch.stop()
        let accepted = checks.accepted(after: limit)
        #expect(accepted.isEmpty, "\(accepted.count) checks\n\(pod.log.text)", sourceLocation: sourceLocation)
        #expect(checks.contains { $0.begunAt > limit }, sourceLocation: sourceLocation)
        #expect(!pod.log.text.contains("accepting known sessions"), sourceLocation: sourceLocation)
        #expect(pod.log.text.contains(reason), "\(pod.log.text)", sourceLocation: sourceLocation)
        await pod.store.close()
    }

    @Test func `a demand for a password that the pod does not have is an answer`() async throws {
        try await expectRefusal(saying: "no password supplied") {
            let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            try Data(rules.utf8).write(to: URL(filePath: "\(server.dataFolder)/pg_hba.conf"))
            try await Self.reload(server)
        }
    }

    @Test func `a certificate of another authority is an answer`() async throws {
        try await expectRefusal(saying: "certificate verify failed") {
            try Self.install(try tls.issuedByOtherAuthority(), on: server)
            try await Self.reload(server)
        }
    }

    @Test func `a server that has TLS switched off answers`() async throws {
        try await expectRefusal(saying: "server does not support SSL") {
            try server.psql("ALTER SYSTEM SET ssl = off")
            try await Self.reload(server)
        }
    }

    @Test func `a file of authorities that is missing is no silence of the server`() async throws {
        try await expectRefusal(saying: "root certificate file") {
            try FileManager.default.removeItem(atPath: authority)
        }
    }
}
