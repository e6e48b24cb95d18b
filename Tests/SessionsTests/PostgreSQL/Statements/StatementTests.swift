import Foundation
import Testing

@testable import Sessions

/// The decoding of results. No result causes a crash or a wrong answer.
struct StatementTests {
    private static let id = "11111111-2222-3333-4444-555555555555"

    private func answer<S: Statement>(
        _ statement: S, _ rows: KeyValuePairs<String, String?>...
    ) throws(PostgreSQLError) -> S.Answer {
        var decoded: [S.Row] = []
        for row in rows {
            decoded.append(
                try statement.decode(
                    PostgreSQLRow(of: S.name, columns: row.map(\.key), values: row.map(\.value))))
        }
        return try statement.answer(decoded)
    }

    private let hash = SHA256.digest(Array("x".utf8).span)

    @Test func `a statement with exactly one row refuses any other number of rows`() {
        #expect(throws: PostgreSQLError.self) { try answer(RevokeUserSessions(userID: "1")) }
        #expect(throws: PostgreSQLError.self) {
            try answer(RevokeUserSessions(userID: "1"), ["ended": "1"], ["ended": "2"])
        }
        #expect(throws: PostgreSQLError.self) {
            try answer(FindUser(key: .id("1")), user(), user())
        }
    }

    @Test func `revocations return the number of sessions, the user, and whether the session was live`() throws {
        #expect(try answer(RevokeUserSessions(userID: "1"), ["ended": "3"]) == 3)
        #expect(try answer(ChangePassword(userID: "1", oldHash: "a", newHash: "b", kept: hash), ["ended": nil]) == nil)
        let ends: [(wasLive: String, justEnded: String, end: SessionEnd)] = [
            ("t", "t", .ended), ("t", "f", .ended), ("f", "t", .endedBefore), ("f", "f", .noSuchSession),
        ]
        for (wasLive, justEnded, end) in ends {
            let row: KeyValuePairs<String, String?> = ["was_live": wasLive, "just_ended": justEnded]
            #expect(try answer(RevokeSession(id: Self.id, userID: nil), row) == end)
        }
        let gone = try answer(RevokeToken(hash: hash), ["was_live": "f", "session_id": nil, "user_id": nil])
        #expect(gone == nil)
        let ended = try answer(RevokeToken(hash: hash), ["was_live": "t", "session_id": Self.id, "user_id": "1"])
        #expect(ended == EndedSession(id: Self.id, userID: "1", wasLive: true))
        let found = try answer(FindJustEnded(hash: hash, id: Self.id), ["session_id": Self.id, "user_id": "1"])
        #expect(found == EndedSession(id: Self.id, userID: "1", wasLive: false))
        #expect(try answer(FindJustEnded(hash: hash, id: Self.id)) == nil)
    }

    @Test func `only a repetition asks for what the first sending did`() {
        func last(_ statement: some Statement, after time: Duration?) -> String? {
            guard case .text(let text)? = statement.parameters(repeatedAfter: time).last else { return nil }
            return text
        }
        let statements: [any Statement] = [
            RevokeToken(hash: hash), RevokeSession(id: Self.id, userID: "1"), RevokeUserSessions(userID: "1"),
            ChangePassword(userID: "1", oldHash: "a", newHash: "b", kept: hash),
        ]
        for statement in statements {
            #expect(last(statement, after: nil) == nil)
            // And half a second more, for messages that travel for different times.
            #expect(last(statement, after: .milliseconds(1250)) == "1.75")
            #expect(statement.parameters.count == statement.parameters(repeatedAfter: .seconds(1)).count)
        }
    }

    private func user(_ epoch: String? = "7", disabled: String? = "f") -> KeyValuePairs<String, String?> {
        [
            "id": "1", "username": "ann", "password_hash": "x", "name": nil, "email": "a@b",
            "groups": #"["a","b,c"]"#, "epoch": epoch, "disabled": disabled,
        ]
    }

    @Test func `a user is found, disabled or unknown`() throws {
        let statement = FindUser(key: .username("ann"))
        guard case .user(let record) = try answer(statement, user()) else { throw Failure.noUser }
        #expect(record.identity == Identity(userID: "1", username: "ann", groups: ["a", "b,c"], email: "a@b"))
        #expect(record.epoch == 7 && record.passwordHash == "x")
        guard case .disabled("1") = try answer(statement, user(disabled: "t")) else { throw Failure.noUser }
        #expect(try answer(statement) == nil)
        // A user without an epoch could sign in although all sessions were ended meanwhile.
        #expect(throws: PostgreSQLError.self) { try answer(statement, user(nil)) }
        #expect(throws: PostgreSQLError.self) { try answer(statement, user(disabled: nil)) }
    }

    private enum Failure: Error { case noUser }

    @Test func `a login attempt is permitted or has to wait`() throws {
        func attempt(_ wait: String?, _ reservation: String?) throws(PostgreSQLError) -> LoginAttempt {
            try answer(
                ReserveLogin(username: "ann", userID: nil, network: nil, shown: nil),
                [
                    "wait_seconds": wait, "reservation": reservation, "slowest_hash": "5", "slowest_hash_byte": "0",
                    "largest_hash": "9", "name_hash": "ab",
                ])
        }
        guard case .allowed(let reservation) = try attempt(nil, "{a}").admission else { throw Failure.noUser }
        #expect(reservation.text == "{a}")
        guard case .refused(1) = try attempt("0", nil).admission else { throw Failure.noUser }
        #expect(try attempt(nil, "{a}").highestHashingCost == HashingCost(bytes: 9, time: .microseconds(5)))
        #expect(throws: PostgreSQLError.self) { try attempt(nil, nil) }
        #expect(throws: PostgreSQLError.self) { try attempt("soon", nil) }
    }

    @Test func `a listed session without expiry has the last day of the calendar`() throws {
        let sessions = try answer(
            ListSessions(userID: "1"),
            [
                "session_id": Self.id, "user_id": "1", "username": "ann", "created_at": "1500000",
                "last_seen_at": "2000000", "expires_at": "253402214400000000", "client_ip": "192.0.2.1",
                "user_agent": nil, "label": "ci",
            ])
        #expect(
            sessions == [
                SessionEntry(
                    id: Self.id, userID: "1", username: "ann", createdAt: Date(timeIntervalSince1970: 1.5),
                    lastSeenAt: Date(timeIntervalSince1970: 2), expiresAt: .endless,
                    origin: SessionOrigin(clientAddress: "192.0.2.1", label: "ci"))
            ])
    }

    @Test func `a clean-up returns the number and the position, or nil if another process is cleaning up`() throws {
        let statement = RemoveExpiredSessions(limit: 5, since: "2026-01-01")
        #expect(try answer(statement, ["removed": nil, "reached": nil]) == nil)
        #expect(try answer(statement, ["removed": "5", "reached": "2026-02-02"])?.reached == "2026-02-02")
        #expect(try answer(statement, ["removed": "0", "reached": nil])?.reached == "2026-01-01")
        let ended = RemoveEndedSessions(limit: 5, since: "u:ann")
        #expect(try answer(ended, ["removed": nil, "reached": nil]) == nil)
        #expect(try answer(ended, ["removed": "5", "reached": "u:ann"])?.reached == "u:ann")
        // The end, and not where it began.
        let last = try answer(ended, ["removed": "2", "reached": nil])
        #expect(last?.count == 2 && last?.reached == nil)
    }

    @Test func `a statement defines whether it is idempotent and urgent`() {
        #expect(!CreateSession.isIdempotent && !ClaimCleanup.isIdempotent && !RehashExternalUser.isIdempotent)
        #expect(RevokeToken.isIdempotent && RevokeToken.isUrgent)
        #expect(!ListSessions.isUrgent)
    }
}
