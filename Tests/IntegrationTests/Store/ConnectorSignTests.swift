import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// What a connector reports of servers that it cannot connect to.
@Suite struct ConnectorSignTests {
    private enum Sign: Equatable {
        case answer, silence, nothing, both
    }

    @EventLoop
    private final class Reports {
        private(set) var silences = 0
        private(set) var answers = 0

        func addSilence() { silences += 1 }
        func addAnswer() { answers += 1 }

        var sign: Sign {
            switch (silences > 0, answers > 0) {
            case (false, false): .nothing
            case (true, false): .silence
            case (false, true): .answer
            case (true, true): .both
            }
        }
    }

    private let folder: TestFolder
    private let log = RecordedLog()
    private var endpoint: Endpoint { .unix("\(folder.path)/.s.PGSQL.5432") }

    init() throws { folder = try TestFolder() }

    /// Connects for two seconds.
    private func sign(ofHost host: String) async -> Sign {
        let log = log
        return await Task { @EventLoop in
            let url = Secret("postgresql:///postgres?host=\(host)&user=gate&passfile=/dev/null/none")
            let threads = HelperThreads(name: "connecting", threads: 8, waiting: 1)
            let connector = Connector(
                for: .checks, PostgreSQLConfiguration(url: url), threads: threads, log: log.logger
            ) { _, _ in }
            let reports = Reports()
            connector.onNoAnswer = { _ in reports.addSilence() }
            connector.onAnswer = { reports.addAnswer() }
            connector.connect(isAwaited: true) { _ in }
            await Reactor.shared.sleep(for: .seconds(2))
            connector.cancel()
            return reports.sign
        }.value
    }

    /// Connects to a server that sends these bytes and hangs up, or says nothing.
    private func sign(ofServerSending bytes: [UInt8]?) async throws -> Sign {
        let socket = try AnsweringSocket(at: endpoint) { _ in bytes }
        defer { withExtendedLifetime(socket) {} }
        return await sign(ofHost: folder.path)
    }

    /// Returns a message of PostgreSQL's protocol.
    private static func message(_ type: String, _ body: [UInt8]) -> [UInt8] {
        let length = body.count + 4
        return Array(type.utf8) + [0, 0, UInt8(length >> 8), UInt8(length & 0xff)] + body
    }

    private static func error(_ state: String, _ text: String) -> [UInt8] {
        message("E", Array("SFATAL\0VFATAL\0C\(state)\0M\(text)\0\0".utf8))
    }

    private static func parameter(_ name: String, _ value: String) -> [UInt8] {
        message("S", Array("\(name)\0\(value)\0".utf8))
    }

    @Test func `a demand for a password that is not known is an answer`() async throws {
        #expect(try await sign(ofServerSending: Self.message("R", [0, 0, 0, 3])) == .answer, "\(log.text)")
        #expect(log.text.contains("no password supplied"))
    }

    @Test func `one byte is an answer, and a server that hangs up without one is silent`() async throws {
        #expect(try await sign(ofServerSending: [UInt8(ascii: "x")]) == .answer, "\(log.text)")
        #expect(try await sign(ofServerSending: []) == .silence, "\(log.text)")
    }

    @Test func `a server that says nothing, or does not listen, is silent`() async throws {
        #expect(try await sign(ofServerSending: nil) == .silence, "\(log.text)")
        #expect(await sign(ofHost: folder.path("nowhere")) == .silence, "\(log.text)")
    }

    @Test func `a server that starts is silent, and one that ends a connection is not`() async throws {
        let starts = Self.error("57P03", "the database system is starting up")
        #expect(try await sign(ofServerSending: starts) == .silence, "\(log.text)")
        let ends = Self.error("57P01", "terminating connection due to administrator command")
        #expect(try await sign(ofServerSending: ends) == .answer, "\(log.text)")
    }

    @Test func `a standby is silent`() async throws {
        let parameters = Self.parameter("server_version", "15.0") + Self.parameter("in_hot_standby", "on")
        let ready = Self.message("Z", [UInt8(ascii: "I")])
        let bytes = Self.message("R", [0, 0, 0, 0]) + parameters + ready
        #expect(try await sign(ofServerSending: bytes) == .silence, "\(log.text)")
        #expect(log.text.contains("standby"))
    }

    @Test func `a name without an address is neither an answer nor silence`() async throws {
        #expect(await sign(ofHost: "postgresql.invalid") == .nothing, "\(log.text)")
        #expect(log.text.contains("PostgreSQL unavailable"))
    }
}
