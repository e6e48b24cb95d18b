import Foundation
import TestSupport

@testable import Sessions

/// The row of a session in the table.
struct StoredSession: Equatable {
    let createdAt: Date
    let lastSeenAt: Date
    let expiresAt: Date
    let absoluteExpiresAt: Date
    let revokedAt: Date?
    /// A value that changes whenever the row is written.
    let version: String

    init(_ token: SessionToken, in database: String, of server: PostgreSQLServer) throws {
        let hash = token.hash.bytes.map { String(format: "%02x", $0) }.joined()
        let columns = ["created_at", "last_seen_at", "expires_at", "absolute_expires_at", "revoked_at"]
            .map { "(extract(epoch FROM \($0)) * 1000000)::bigint" }.joined(separator: ", ")
        let row = try server.psql(
            "SELECT \(columns), xmin, ctid FROM session_tokens WHERE token_hash = '\\x\(hash)'", database: database)
        let fields = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 7, let created = Self.date(fields[0]), let seen = Self.date(fields[1]),
            let expires = Self.date(fields[2]), let absolute = Self.date(fields[3])
        else { throw SupportError.unexpected("no such session: \(row)") }
        (createdAt, lastSeenAt, expiresAt, absoluteExpiresAt) = (created, seen, expires, absolute)
        revokedAt = Self.date(fields[4])
        version = "\(fields[5]) \(fields[6])"
    }

    private static func date(_ microseconds: String) -> Date? {
        Double(microseconds).map { Date(timeIntervalSince1970: $0 / 1e6) }
    }
}
