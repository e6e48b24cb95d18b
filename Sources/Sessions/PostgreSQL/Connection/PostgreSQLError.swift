/// Why PostgreSQL, or the way to it, failed.
package enum PostgreSQLError: Error, Equatable, Sendable {
    /// No connection, or it was lost; libpq's own words, without the connection string.
    case connection(String)
    /// The server answered with an error.
    case server(SQLState, String)
    /// No answer within the deadline.
    case deadline
    /// The server answered something that was not asked.
    case confusion(String)
    /// The server did what it was asked, and its answer has another shape than the statement's: somebody has changed the
    /// tables or the functions. The text names statement and column, and tells no value.
    case unreadable(String)
    /// The database is not one that can be used as it is; the text says what an operator has to do, and `part` what of the
    /// configuration may have to be another one.
    case unusable(String, part: ConfigurationNames.Part? = nil)

    package var reason: String {
        switch self {
        case .connection(let text), .confusion(let text), .unreadable(let text), .unusable(let text, _): text
        case .server(let state, let text): "\(text) (SQLSTATE \(state.code)\(state.advice))"
        case .deadline: "no answer within the deadline"
        }
    }

    /// The reason, with the name of what an operator may have to change.
    package func reason(_ names: ConfigurationNames) -> String {
        switch self {
        case .unusable(let text, let part): text + names.hint(part)
        case .server(.undefinedStatement, _), .server(.duplicateStatement, _):
            reason + names.hint(.preparedStatementsOff)
        case .connection, .server, .deadline, .confusion, .unreadable: reason
        }
    }

    /// The same for a statement that was given what somebody typed into a form: without the server's words where these
    /// may repeat it.
    var impersonalReason: String {
        guard case .server(let state, _) = self, !state.speaksOfStatement else { return reason }
        return "the server refuses a value or a function does (SQLSTATE \(state.code))"
    }

    /// Whether the server takes no writes on this connection.
    var isReadOnlyTransaction: Bool {
        if case .server(.readOnlyTransaction, _) = self { true } else { false }
    }

    /// Whether the connection's role may not do it.
    var isRefusedPermission: Bool { if case .server(.insufficientPrivilege, _) = self { true } else { false } }

    /// Whether PostgreSQL's disk is full. What needs no more room still works.
    var isFullDisk: Bool { if case .server(.diskFull, _) = self { true } else { false } }

    /// Whether the connection is of no more use.
    var endsConnection: Bool {
        switch self {
        case .connection, .deadline, .confusion, .unusable: true
        case .server(let state, _): state.endsConnection
        case .unreadable: false
        }
    }

    /// - Parameter fault: what is wrong with the answer, as the end of a sentence that begins with it.
    static func unreadable(statement: String, _ fault: String) -> PostgreSQLError {
        .unreadable("the answer to \(statement) \(fault); tables or functions may have been changed by hand")
    }
}

/// The five characters with which PostgreSQL names an error (manual, appendix A).
package struct SQLState: Equatable, Hashable, Sendable {
    package let code: String

    package init(_ code: String) {
        self.code = code
    }

    /// The server takes no writes: `default_transaction_read_only` is on, or it was demoted under an old connection.
    static let readOnlyTransaction = SQLState("25006")
    static let diskFull = SQLState("53100")
    /// A prepared statement is gone: the connection goes through a transaction pooler.
    static let undefinedStatement = SQLState("26000")
    static let duplicateStatement = SQLState("42P05")
    /// A prepared statement whose tables have changed their shape.
    static let featureNotSupported = SQLState("0A000")
    static let insufficientPrivilege = SQLState("42501")

    /// What an operator may do about it, as the end of a sentence.
    var advice: String {
        switch self {
        case .undefinedStatement, .duplicateStatement:
            "; behind a transaction pooler that was not noticed switch prepared statements off"
        case .readOnlyTransaction:
            "; default_transaction_read_only is on, as managed services set it when the disk is full, or it is a standby"
        case .diskFull: "; PostgreSQL's disk is full"
        case .insufficientPrivilege:
            "; for tables that another role owns, that role runs: authfcgi migrate --grant-to ROLE"
        default: ""
        }
    }

    /// Shutdown and lost servers (classes 08 and 57P).
    var isServerGone: Bool { code.hasPrefix("08") || code.hasPrefix("57P") }

    /// The transaction was undone because of others: a deadlock, a conflict (class 40).
    var asksForRepetition: Bool { code.hasPrefix("40") }

    /// Whether the same statement will fail for ever unless somebody changes it or the tables: what does not exist, is
    /// not allowed, or is no SQL (classes 0A, 22, 3F and 42).
    var blamesStatement: Bool { ["0A", "22", "3F", "42"].contains(code.prefix(2)) }

    /// Whether it is about what the statement was given, and another value would do (classes 21, 22 and P0).
    var isAboutValue: Bool { ["21", "22", "P0"].contains(code.prefix(2)) }

    /// Whether the server's words are about the statement, the server or its resources, and not about a value.
    var speaksOfStatement: Bool {
        ["08", "0A", "25", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"].contains(code.prefix(2))
    }

    /// Whether a fresh connection is what helps: the server is gone, or it is one of those below.
    var endsConnection: Bool { isServerGone || refusesConnection }

    /// Whether nothing was done because the connection is the wrong one: to a demoted primary, or with prepared
    /// statements that no longer fit.
    var refusesConnection: Bool {
        [.readOnlyTransaction, .undefinedStatement, .duplicateStatement, .featureNotSupported].contains(self)
    }
}
