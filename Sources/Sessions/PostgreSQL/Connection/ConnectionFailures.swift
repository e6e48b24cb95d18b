/// The failures of libpq to connect to the servers of one attempt, and what they say about the servers. Pure: libpq's
/// messages are passed in, each with what the socket has shown.
///
/// That a server does not answer is believed only of failures that are known to say so. Any other one is an answer if the
/// server has sent something, such as a certificate that cannot be verified or a demand for a password, and otherwise this
/// process's own: it knows no address for a name, or may not use a file or a socket.
struct ConnectionFailures {
    /// A Boolean value that indicates whether a server has answered. Not if it starts, stops or is a standby.
    private(set) var haveAnswer = false
    /// The part of libpq's message that has been judged.
    private var judged = ""
    private var haveSilence = false
    private var haveOwnFailure = false

    /// What a line of libpq's message says.
    private enum Sign: Equatable {
        /// A server refuses the connection.
        case answer
        /// A server says that it starts, stops or is a standby, or a pooler that its server does not answer.
        case absence
        /// The connection was refused or ended without a word, or nothing leads to the server's address.
        case silence
        /// This machine does not use one of the server's addresses at all, such as those of IPv6.
        case noRoute
        /// Something else.
        case other
    }

    /// Handles libpq's message so far, after each call that may have failed. It grows with each server that cannot be
    /// connected to, before libpq goes on to the next one, and libpq writes the beginning of a line, which names the server,
    /// before it knows what the line will say.
    /// - Parameters:
    ///   - message: The message about all servers, with the SQLSTATE of each error that one has returned.
    ///   - hasHeard: True if the present server has sent at least one byte.
    /// - Returns: True if a server could not be connected to since the last call.
    mutating func read(_ message: String, hasHeard: Bool) -> Bool {
        // A connection that opens clears the message.
        if !message.hasPrefix(judged) { judged = "" }
        let rest = message.dropFirst(judged.count)
        guard let end = rest.lastIndex(where: \.isNewline) else { return false }
        judged += rest[...end]
        judge(rest[...end], hasHeard: hasHeard)
        return true
    }

    private mutating func judge(_ text: Substring, hasHeard: Bool) {
        let lines = text.split(whereSeparator: \.isNewline)
        var signs: [Sign] = []
        for (index, line) in lines.enumerated() where !Self.isDetail(line) {
            let next = index + 1 < lines.endIndex ? lines[index + 1] : ""
            signs.append(Self.sign(of: line, asksIfServerRuns: next.hasPrefix("\tIs the server running")))
        }
        if signs.contains(.answer) || (hasHeard && !signs.contains(.absence)) {
            haveAnswer = true
        } else {
            haveSilence = haveSilence || signs.contains(.absence) || signs.contains(.silence)
            haveOwnFailure = haveOwnFailure || signs.contains(.other)
        }
    }

    /// Returns the error of the attempt.
    /// - Parameter text: libpq's message about all servers.
    func error(_ text: String) -> PostgreSQLError {
        let reason = LibpqMessage.reason(ofConnecting: text)
        if haveAnswer { return .refused(reason) }
        return haveSilence && !haveOwnFailure ? .connection(reason) : .unsent(reason)
    }

    private static func isDetail(_ line: Substring) -> Bool {
        line.hasPrefix("\t") || ["LOCATION:", "DETAIL:", "HINT:", "CONTEXT:"].contains { line.hasPrefix($0) }
    }

    private static func sign(of line: Substring, asksIfServerRuns: Bool) -> Sign {
        if let (state, message) = LibpqMessage.withoutState(String(line)) {
            return state.isAbsence(message) ? .absence : .answer
        }
        if noRoutes.contains(where: { line.hasSuffix($0) }) { return .noRoute }
        // libpq's hint after connect(2) has failed, whatever the reason.
        if asksIfServerRuns { return ownReasons.contains { line.hasSuffix($0) } ? .other : .silence }
        if line.contains("server is in hot standby mode") { return .absence }
        return silences.contains { line.contains($0) } ? .silence : .other
    }

    /// The ends of messages about addresses that a machine without IPv6 cannot use.
    private static let noRoutes = [
        ": Cannot assign requested address", ": Address family not supported by protocol",
    ]

    /// The reasons for which connect(2) fails on this machine alone.
    private static let ownReasons = [
        ": Permission denied", ": Operation not permitted", ": Too many open files", ": Too many open files in system",
        ": No buffer space available", ": Cannot allocate memory", ": Invalid argument",
    ]

    /// libpq's messages about connections that end without a word.
    private static let silences = [
        "server closed the connection unexpectedly", "could not send startup packet: ",
        "could not send SSL negotiation packet: ", "could not send GSSAPI negotiation packet: ",
        "could not receive data from server: ", "could not send data to server: ", "SSL SYSCALL error: ",
        "SSL connection has been closed unexpectedly", "timeout expired",
    ]
}
