import Foundation
import TestSupport
import Testing

/// Users of Django, whose hashes take long, while one address sends wrong passwords over four connections. It measures
/// times.
@Suite(.serialized) struct SlowHashFloodTests {
    private static let attacker = "192.0.2.66"
    /// The hash of `correct horse` by Django 5.2, with 1,000,000 iterations.
    private static let hash = "pbkdf2_sha256$1000000$c29tZXNhbHQ$0X4r7RPWmLRqTkRx9fi8K2g4tFzxoPpzCrFwwwadhIY="

    private static func logIn(
        _ name: String, _ password: String, from address: String, at gate: GateProcess
    ) throws -> Int? {
        try gate.logIn(
            #"{"username":"\#(name)","password":"\#(password)"}"#, parameters: [("REMOTE_ADDR", address)]
        ).status
    }

    @Test func `somebody else signs in, and the address is throttled although most of its attempts are 503`() throws {
        let users = try ForeignUsers.django()
        try users.database.psql("UPDATE auth_user SET password = '\(Self.hash)'")
        let folder = try TestFolder()
        let gate = try GateProcess(
            in: folder, server: users.database.server, database: users.database.name, workers: 2,
            environment: ["USERS_PRESET": "django"])
        let flood = CheckLoad(threads: 4) { thread in
            try Self.logIn("nobody \(thread) \(Int.random(in: 0..<1_000_000))", "wrong", from: Self.attacker, at: gate)
        }
        try flood.waitForAnswers(20, within: .seconds(60))
        var statuses: [Int?] = []
        for _ in 0..<12 {
            statuses.append(try Self.logIn("ann", "correct horse", from: "198.51.100.7", at: gate))
            sleepThread(for: .milliseconds(300))
        }
        let before = flood.report
        #expect(statuses.count { $0 == 200 } >= 11, "\(statuses); the flood: \(before)")
        #expect(before.statuses[401] != nil, "\(before)")
        // The hundred failures that are free would take minutes. Those that were answered 503 have hashed nothing.
        try users.database.psql(
            "SELECT count(reserve_login('other ' || n, NULL, '\\xc0000242')) FROM generate_series(1, 97) n")
        try eventually("the address is throttled", within: .seconds(60)) { flood.report.statuses[429] != nil }
        let report = flood.stop()
        #expect(report.failures.isEmpty && Set(report.statuses.keys).isSubset(of: [401, 429, 503]), "\(report)")
    }
}
