import EventLoop
import FoundationEssentials
import Logging
import TestSupport
import Testing

@testable import AuthFCGI

struct AuditEventTests {
    private static let moment = Date(timeIntervalSince1970: 1_795_000_000.25)

    private static func fields(_ event: AuditEvent) -> [String: String] {
        event.metadata(at: moment).mapValues { "\($0)" }
    }

    @Test func `the line of a login has user, address, session and time`() {
        let event = AuditEvent(.login, of: .user(id: "42"), session: "f385", client: "192.0.2.7")
        #expect(event.message == "login")
        #expect(
            Self.fields(event) == [
                "event": "login", "outcome": "success", "user": "42", "session": "f385", "client": "192.0.2.7",
                "time": "2026-11-18T11:06:40.250Z",
            ])
    }

    @Test func `the line of a refusal has the reason, and only the hash of an unknown username`() {
        let event = AuditEvent(.login, .refused, .unknownUser, of: .unknownName(hash: "0123456789abcdef"))
        #expect(event.message == "login refused")
        let fields = Self.fields(event)
        #expect(fields["reason"] == "unknown user" && fields["name_hash"] == "0123456789abcdef")
        #expect(fields["user"] == nil)
        #expect(Self.fields(AuditEvent(.login, .throttled, of: .unknownName(hash: nil)))["name_hash"] == "-")
        #expect(Self.fields(AuditEvent(.sessionRevoke))["name_hash"] == nil)
    }

    @Test(arguments: [
        (AuditAction.login, AuditOutcome.throttled, "login throttled"), (.login, .unavailable, "login unavailable"),
        (.logout, .success, "logout"), (.logoutEverywhere, .success, "logout everywhere"),
        (.logoutElsewhere, .success, "logout elsewhere"), (.sessionEnd, .success, "session ended"),
        (.sessionEnd, .refused, "session end refused"), (.passwordChange, .success, "password changed"),
        (.passwordChange, .refused, "password change refused"), (.access, .refused, "access refused"),
        (.userDisable, .success, "user disabled"),
    ])
    func `a line begins with searchable words`(action: AuditAction, outcome: AuditOutcome, words: String) {
        #expect(AuditEvent(action, outcome).message == words)
    }

    @Test func `no two events begin alike`() {
        let lines = AuditAction.allCases.flatMap { action in
            AuditOutcome.allCases.map { AuditEvent(action, $0).message }
        }
        #expect(Set(lines).count == lines.count)
    }

    /// Values of fields with which an attacker tries to forge lines of the log.
    private static let forgeries = [
        "x\nINFO: login user=1", "x\r\nINFO: login user=1", "x\u{85}INFO: login", "x\u{2028}INFO: login user=1",
        "x\u{2029}INFO: login", "\u{1b}[2K\u{1b}[1AINFO: login", "x\u{0}y", "\u{202E}niges", "x\u{200B}y",
        "1 outcome=success", "1\" outcome=success", "\\\" outcome=success", "1\u{a0}outcome=success", "", " ", "\"",
    ]

    @Test(arguments: forgeries)
    func `no value can begin another line or field`(_ value: String) throws {
        let file = try MemoryFile()
        let writer = LogWriter(descriptor: file.descriptor)
        let log = Logger(label: "test") { _ in LineLogHandler(writer: writer, logLevel: .info) }
        log.audit(
            AuditEvent(
                .access, .refused, .requirement, of: .user(id: value), session: value, client: value,
                details: ["path": value, "require": value]))
        writer.drain(within: .seconds(5))
        let text = try file.text()
        #expect(text.unicodeScalars.count { $0 == "\n" } == 1 && text.hasSuffix("\n"))
        let line = text.dropLast()
        #expect(line.hasPrefix("NOTICE: access refused client="))
        for scalar in line.unicodeScalars {
            let category = scalar.properties.generalCategory
            #expect(![.control, .format, .lineSeparator, .paragraphSeparator].contains(category), "\(line)")
        }
        let fields = try LogLine(line).fields
        #expect(
            fields.map(\.name) == [
                "client", "event", "outcome", "path", "reason", "require", "session", "time", "user",
            ])
        #expect(fields.first { $0.name == "outcome" }?.value == "refused")
    }
}
