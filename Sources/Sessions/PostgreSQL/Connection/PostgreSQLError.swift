/// A failure of PostgreSQL or of the connection to it.
package enum PostgreSQLError: Error, Equatable, Sendable {
    /// The connection could not be opened, or was lost. The text is libpq's, without the connection string.
    case connection(String)
    /// The connection could not be opened for a failure of this process's own, such as a name without an address: no server
    /// was asked, or it is not known whether one was.
    case unsent(String)
    /// This process replaces a connection that works. The text states what for.
    case replacement(String)
    /// A server refused the connection, for a reason that is not its own start or stop. The text is libpq's.
    case refused(String)
    /// The server returned an error.
    case server(SQLState, String)
    /// There was no result within the deadline.
    case deadline
    /// The server's answer does not match the question.
    case confusion(String)
    /// The statement was executed, but its result has unexpected columns or values: the tables or functions were changed.
    /// The text names statement and column, and contains no value.
    case unreadable(String)
    /// The tables, or rights on them, are missing, and another process is to provide them. The text states what is missing.
    case notReady(String)
    /// The database cannot be used as it is. The text states what an operator must do; `part` is the part of the
    /// configuration that may have to change.
    case unusable(String, part: ConfigurationNames.Part? = nil)

    /// The failure as a text for the log.
    package var reason: String {
        switch self {
        case .connection(let text), .unsent(let text), .replacement(let text), .refused(let text),
            .confusion(let text), .unreadable(let text), .notReady(let text), .unusable(let text, _):
            text
        case .server(.insufficientPrivilege, let text):
            "\(text) (SQLSTATE \(SQLState.insufficientPrivilege.code)\(RefusedRight(message: text).advice))"
        case .server(let state, let text): "\(text) (SQLSTATE \(state.code)\(state.advice))"
        case .deadline: "no answer within the deadline"
        }
    }

    /// The server's own text, without advice.
    var message: String { if case .server(_, let text) = self { text } else { reason } }

    /// Returns the reason with the name of the part of the configuration that an operator may have to change.
    package func reason(_ names: ConfigurationNames) -> String {
        switch self {
        case .unusable(let text, let part): text + names.hint(part)
        case .server(.undefinedStatement, _), .server(.duplicateStatement, _):
            reason + names.hint(.preparedStatementsOff)
        case .connection, .unsent, .replacement, .refused, .server, .deadline, .confusion, .unreadable, .notReady:
            reason
        }
    }

    /// The reason for a statement with user input: without the server's text if that may repeat the input.
    var impersonalReason: String {
        guard case .server(let state, _) = self, !state.speaksOfStatement else { return reason }
        return "the server refuses a value or a function does (SQLSTATE \(state.code))"
    }

    /// A Boolean value that indicates whether the server accepts no writes on this connection.
    package var isReadOnlyTransaction: Bool {
        if case .server(.readOnlyTransaction, _) = self { true } else { false }
    }

    /// A Boolean value that indicates whether the connection's role lacks a privilege.
    package var isRefusedPermission: Bool { if case .server(.insufficientPrivilege, _) = self { true } else { false } }

    /// A Boolean value that indicates whether a server refuses the connection's role or its password, or wants a password and
    /// there is none.
    var isRefusedLogin: Bool {
        guard case .refused(let text) = self else { return false }
        return text.contains("(SQLSTATE 28") || text.contains("no password supplied")
    }

    /// A Boolean value that indicates whether another row has a value that must be unique.
    var isTakenValue: Bool { if case .server(.uniqueViolation, _) = self { true } else { false } }

    /// A Boolean value that indicates whether another transaction held a lock for too long.
    package var isHeldLock: Bool { if case .server(.lockNotAvailable, _) = self { true } else { false } }

    /// A Boolean value that indicates whether the server has cancelled the statement, after `statement_timeout` for example.
    package var isCancelled: Bool { if case .server(.queryCanceled, _) = self { true } else { false } }

    /// A Boolean value that indicates whether PostgreSQL's disk is full. Statements that need no more space still succeed.
    package var isFullDisk: Bool { if case .server(.diskFull, _) = self { true } else { false } }

    /// A Boolean value that indicates whether an open connection was lost, or has to be given up.
    package var isLoss: Bool {
        switch self {
        case .connection, .deadline, .confusion: true
        case .server(let state, _): state.isServerGone
        case .unsent, .replacement, .refused, .unreadable, .notReady, .unusable: false
        }
    }

    /// A Boolean value that indicates whether the connection can no longer be used.
    var endsConnection: Bool {
        switch self {
        case .connection, .unsent, .replacement, .refused, .deadline, .confusion, .notReady, .unusable: true
        case .server(let state, _): state.endsConnection
        case .unreadable: false
        }
    }

    /// Returns the error of an unexpected result.
    /// - Parameters:
    ///   - statement: The name of the statement.
    ///   - fault: The end of a sentence whose subject is the result.
    static func unreadable(statement: String, _ fault: String) -> PostgreSQLError {
        .unreadable("the answer to \(statement) \(fault); tables or functions may have been changed by hand")
    }
}
