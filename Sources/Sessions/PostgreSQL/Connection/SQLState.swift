/// A SQLSTATE, the five characters that identify an error (PostgreSQL manual, appendix A).
package struct SQLState: Equatable, Hashable, Sendable {
    /// The five characters.
    package let code: String

    /// Creates a SQLSTATE from its five characters.
    package init(_ code: String) {
        self.code = code
    }

    /// The server accepts no writes: `default_transaction_read_only` is on, or it was demoted after the connection was
    /// opened.
    static let readOnlyTransaction = SQLState("25006")
    /// A lock was held by another transaction for longer than `lock_timeout`.
    static let lockNotAvailable = SQLState("55P03")
    static let diskFull = SQLState("53100")
    /// The statement took longer than `statement_timeout`, or somebody has cancelled it.
    static let queryCanceled = SQLState("57014")
    /// A prepared statement does not exist: the connection goes through a transaction pooler.
    static let undefinedStatement = SQLState("26000")
    static let duplicateStatement = SQLState("42P05")
    /// The columns of a prepared statement's tables have changed.
    static let featureNotSupported = SQLState("0A000")
    static let insufficientPrivilege = SQLState("42501")
    static let undefinedTable = SQLState("42P01")
    static let undefinedColumn = SQLState("42703")
    /// Another row has the value of a column that is unique.
    static let uniqueViolation = SQLState("23505")

    /// Advice for the operator, as the end of a sentence.
    var advice: String {
        switch self {
        case .undefinedStatement, .duplicateStatement:
            "; behind a transaction pooler that was not noticed switch prepared statements off"
        case .readOnlyTransaction:
            "; default_transaction_read_only is on, as managed services set it when the disk is full, or it is a standby"
        case .diskFull: "; PostgreSQL's disk is full"
        case .lockNotAvailable:
            "; another transaction holds a lock: pg_stat_activity shows those that are open, with xact_start and pid"
        default: ""
        }
    }

    /// A Boolean value that indicates whether the server shuts down or was lost (classes 08 and 57P).
    var isServerGone: Bool { code.hasPrefix("08") || code.hasPrefix("57P") }

    /// Returns whether an error says that there is no server now that would answer anybody: the server starts, recovers,
    /// shuts down, or ends all connections after a crash (57P03, 57P02), or a pooler cannot connect to it. Not if one
    /// connection was ended (57P01), or if a pooler refuses a client, for which PgBouncer has the same SQLSTATE.
    /// - Parameter message: The error's message.
    func isAbsence(_ message: String) -> Bool {
        guard code.hasPrefix("08") else { return code == "57P02" || code == "57P03" }
        if let cause = message.firstRange(of: "cached error: ") {
            return message[cause.upperBound...].hasPrefix("connect ")
        }
        return message.contains("server login has been failing") || message.contains("cannot connect")
    }

    /// A Boolean value that indicates whether a server refuses a role or its password (class 28).
    var refusesLogin: Bool { code.hasPrefix("28") }

    /// A Boolean value that indicates whether the transaction was rolled back because of concurrent ones: a deadlock or a
    /// conflict (class 40).
    var asksForRepetition: Bool { code.hasPrefix("40") }

    /// A Boolean value that indicates whether the statement fails until it or the tables are changed: something does not
    /// exist, is not allowed, or is not SQL (classes 0A, 22, 3F and 42).
    var blamesStatement: Bool { ["0A", "22", "3F", "42"].contains(code.prefix(2)) }

    /// A Boolean value that indicates whether the error concerns a value, and another value may succeed (classes 21, 22 and
    /// P0).
    var isAboutValue: Bool { ["21", "22", "P0"].contains(code.prefix(2)) }

    /// A Boolean value that indicates whether the server's text is about the statement, the server or its resources, and
    /// not about a value.
    var speaksOfStatement: Bool {
        ["08", "0A", "25", "3F", "40", "42", "53", "54", "55", "57", "58", "XX"].contains(code.prefix(2))
    }

    /// A Boolean value that indicates whether a new connection is needed.
    var endsConnection: Bool { isServerGone || refusesConnection }

    /// A Boolean value that indicates whether the statement was not executed because of the connection: its server is a
    /// demoted primary, or its prepared statements no longer fit.
    var refusesConnection: Bool {
        [.readOnlyTransaction, .undefinedStatement, .duplicateStatement, .featureNotSupported].contains(self)
    }
}
