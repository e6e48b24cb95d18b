internal import CPostgreSQL

/// The messages of libpq, which may have several lines and end in a line feed.
enum LibpqMessage {
    /// Returns the last error of a connection, without the password that it was opened with, which a server may repeat.
    /// Does not keep the pointer.
    static func text(ofConnection connection: OpaquePointer?) -> String {
        guard let text = unsafe PQerrorMessage(connection) else { return "unknown error" }
        // Owned by the connection; from the connection string, the environment or a file of passwords.
        let password = unsafe PQpass(connection).map { unsafe String(cString: $0) } ?? ""
        return without(password, unsafe String(cString: text))
    }

    /// Returns a text without a password that occurs in it. One of a few characters occurs in any text, and is left there.
    static func without(_ password: String, _ text: String) -> String {
        guard password.utf8.count > 3 else { return text }
        return text.replacing(password, with: "…")
    }

    /// Returns a message in one line.
    static func line(_ text: String) -> String { lines(text).joined(separator: "; ") }

    /// Returns a message in one line. Does not keep the pointer.
    static func line(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "unknown error" }
        return line(unsafe String(cString: text))
    }

    /// Returns the message of an error or a notice, without details.
    static func primary(of result: OpaquePointer) -> String { unsafe field("M", of: result) ?? "unknown error" }

    /// Returns the message of an error or a notice with its details and its hint, in one line.
    static func complete(of result: OpaquePointer) -> String {
        var message = unsafe primary(of: result)
        if let detail = unsafe field("D", of: result) { message += "; DETAIL: \(detail)" }
        if let hint = unsafe field("H", of: result) { message += "; HINT: \(hint)" }
        return message
    }

    private static func field(_ code: Unicode.Scalar, of result: OpaquePointer) -> String? {
        // The string is valid as long as the result.
        unsafe PQresultErrorField(result, Int32(code.value)).map { unsafe line($0) }
    }

    /// Returns the message about a connection that could not be opened, in one line and with advice.
    /// - Parameter text: The message, with the SQLSTATE of each error that a server has returned.
    static func reason(ofConnecting text: String) -> String {
        let texts = lines(text).filter { !$0.hasPrefix("LOCATION:") }.map { line in
            guard let (state, rest) = withoutState(line) else { return line }
            // The text may be in any language; PostgreSQLError.isRefusedLogin looks for the state.
            if state.refusesLogin { return "\(rest) (SQLSTATE \(state.code))" }
            guard state == .insufficientPrivilege, let severity = rest.firstRange(of: ":  ") else { return rest }
            return rest + RefusedRight(message: String(rest[severity.upperBound...])).advice
        }
        return texts.joined(separator: "; ")
    }

    private static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).map { String($0.drop { $0 == "\t" || $0 == " " }) }
    }

    /// Takes the SQLSTATE out of a line with a server's error, such as `FATAL:  53300: sorry, too many clients already`.
    /// - Returns: Nil for any other line.
    static func withoutState(_ line: String) -> (SQLState, String)? {
        guard let severity = line.firstRange(of: ":  ") else { return nil }
        let rest = line[severity.upperBound...]
        let state = rest.prefix(5)
        guard state.utf8.count == 5, state.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) }),
            rest.dropFirst(5).hasPrefix(": ")
        else { return nil }
        return (SQLState(String(state)), String(line[..<severity.upperBound] + rest.dropFirst(7)))
    }
}
