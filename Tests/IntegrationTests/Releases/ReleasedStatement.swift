/// A statement as a release sends it, and what the database of that release has answered.
struct ReleasedStatement: Codable, Equatable {
    /// The name of the statement's type, perhaps with a variant.
    let name: String
    /// The text, in which `"@schema@"` stands for the schema of the gate's tables.
    let sql: String
    /// The values of `$1`, `$2` and so on as text; nil for NULL.
    let parameters: [String?]
    /// The types of the parameters, as PostgreSQL has them in `pg_prepared_statements`.
    var parameterTypes = ""
    /// The names and types of the columns; empty if the statement is no plain SELECT.
    var columns = ""
    /// The SQLSTATE with which it ended, run by the owner of the tables.
    var ofOwner = ""
    /// The SQLSTATE with which it ended, run by a role with the rights of `authfcgi migrate --grant-to`.
    var ofServingRole = ""

    /// The SQLSTATE of a statement that succeeds.
    static let success = "00000"

    /// Returns why a program of the release would not go on with a database that answers like `other`; nil if it would.
    func obstacle(_ other: ReleasedStatement) -> String? {
        if other.parameterTypes != parameterTypes {
            return "takes \(other.parameterTypes) instead of \(parameterTypes)"
        }
        if other.columns != columns { return "returns \(other.columns) instead of \(columns)" }
        // What failed may succeed now.
        if other.ofOwner != ofOwner, other.ofOwner != Self.success { return "fails with \(other.ofOwner)" }
        if other.ofServingRole != ofServingRole, other.ofServingRole != Self.success {
            return "fails with \(other.ofServingRole) for the role that serves"
        }
        return nil
    }
}

/// The statements of a release.
struct Release: Codable, Equatable {
    let version: String
    /// The number of its last migration.
    let migration: Int
    let statements: [ReleasedStatement]
}
