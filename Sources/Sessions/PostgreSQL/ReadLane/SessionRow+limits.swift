/// The limits of a session's texts, which the checks of the table ensure. They are compared here too, because an answer
/// with a text of any length would not fit the web server's buffer, and would keep the event loop busy.
extension SessionRow {
    /// Returns the number of bytes of the texts in a row.
    static func textBytes(_ result: borrowing PostgreSQLResult, _ row: Int) -> Int {
        var bytes = 0
        for column in SessionColumn.userID.rawValue...SessionColumn.email.rawValue {
            bytes += result.byteCount(row, column)
        }
        return bytes
    }

    /// Returns the reason why a session cannot be used if one of its texts is too long; nil otherwise.
    /// - Parameter bytes: The number of bytes of all texts.
    static func excess(_ result: borrowing PostgreSQLResult, _ row: Int, bytes: Int) -> String? {
        // Nearly all sessions are below the lowest limit.
        guard bytes > IdentityLimits.userIDBytes else { return nil }
        let texts: [(SessionColumn, String, Int)] = [
            (.userID, "user_id", IdentityLimits.userIDBytes),
            (.username, "username", IdentityLimits.username * IdentityLimits.bytesPerScalar),
            (.name, "name", IdentityLimits.name * IdentityLimits.bytesPerScalar),
            (.email, "email", IdentityLimits.email * IdentityLimits.bytesPerScalar),
        ]
        for (column, name, most) in texts where result.byteCount(row, column.rawValue) > most {
            return reason(name, result, row)
        }
        return groupBytes(result, row) > IdentityLimits.groupBytes ? reason("groups", result, row) : nil
    }

    /// Returns the length of all groups with a comma between each two. In binary form an array has a head of 20 bytes, the
    /// number of elements at 12, and four bytes before each element.
    private static func groupBytes(_ result: borrowing PostgreSQLResult, _ row: Int) -> Int {
        unsafe result.withBytes(row, SessionColumn.groups.rawValue) { bytes in
            guard bytes.count >= 20 else { return 0 }
            let count = unsafe Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int32.self)))
            return bytes.count - 20 - 4 * count + max(0, count - 1)
        }
    }

    private static func reason(_ name: String, _ result: borrowing PostgreSQLResult, _ row: Int) -> String {
        let id = unsafe result.withBytes(row, SessionColumn.id.rawValue) { unsafe Array($0) }
        return "\(name) of session \(PackedSession.text(ofID: id)) is longer than permitted; end the session, "
            + "or shorten the text with update_user_sessions()"
    }
}
