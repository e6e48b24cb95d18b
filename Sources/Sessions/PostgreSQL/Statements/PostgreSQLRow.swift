package import FoundationEssentials

/// A row of a result, with values by column name. A missing column or a value of the wrong type is an error, which
/// names the column and does not contain the value.
struct PostgreSQLRow: Sendable {
    private let statement: String
    private let columns: [String]
    private let values: [String?]

    /// - Parameters:
    ///   - statement: The statement's name in errors.
    ///   - columns: The names of the columns.
    ///   - values: The values as text, in the order of `columns`; nil for NULL.
    init(of statement: String, columns: [String], values: [String?]) {
        self.statement = statement
        self.columns = columns
        self.values = values
    }

    /// Returns a value as text; nil for NULL.
    /// - Throws: ``PostgreSQLError/unreadable(statement:_:)`` if the column is missing. The other methods throw it also
    ///   for NULL, unless they return an optional or a list, and for a value of another type.
    func optionalText(_ column: String) throws(PostgreSQLError) -> String? {
        guard let index = columns.firstIndex(of: column) else { throw problem("has no column \(column)") }
        return values[index]
    }

    /// Returns whether at least one of the columns is not NULL.
    func hasValue(among columns: [String]) throws(PostgreSQLError) -> Bool {
        for column in columns where try optionalText(column) != nil { return true }
        return false
    }

    /// Returns a value as text.
    func text(_ column: String) throws(PostgreSQLError) -> String {
        guard let text = try optionalText(column) else { throw problem("has no value of \(column)") }
        return text
    }

    /// Returns an integer; nil for NULL.
    func optionalInteger<T: FixedWidthInteger>(
        _ column: String, as type: T.Type = Int.self
    ) throws(PostgreSQLError) -> T? {
        guard let text = try optionalText(column) else { return nil }
        guard let number = T(text) else { throw problem("has a value of \(column) that is no whole number") }
        return number
    }

    /// Returns an integer.
    func integer<T: FixedWidthInteger>(_ column: String, as type: T.Type = Int.self) throws(PostgreSQLError) -> T {
        guard let number = try optionalInteger(column, as: type) else { throw problem("has no value of \(column)") }
        return number
    }

    /// Returns a Boolean value.
    func flag(_ column: String) throws(PostgreSQLError) -> Bool {
        switch try text(column) {
        case "t": true
        case "f": false
        default: throw problem("has a value of \(column) that is neither true nor false")
        }
    }

    /// Returns a time that the statement gives by `Schema.microseconds`; nil for NULL.
    func optionalDate(_ column: String) throws(PostgreSQLError) -> Date? {
        guard let microseconds = try optionalInteger(column, as: Int64.self) else { return nil }
        return Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    /// Returns a time; see ``optionalDate(_:)``.
    func date(_ column: String) throws(PostgreSQLError) -> Date {
        guard let date = try optionalDate(column) else { throw problem("has no value of \(column)") }
        return date
    }

    /// Returns an array of texts that the statement gives as JSON; empty for NULL.
    func texts(_ column: String) throws(PostgreSQLError) -> [String] {
        guard let text = try optionalText(column) else { return [] }
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
            throw problem("has a value of \(column) that is no list of texts")
        }
        return texts
    }

    /// Returns a SHA-256 hash that the statement gives in hexadecimal.
    func digest(_ column: String) throws(PostgreSQLError) -> SHA256Digest {
        guard let digest = SHA256Digest(hex: try text(column).utf8Span.span) else {
            throw problem("has a value of \(column) that is no hash")
        }
        return digest
    }

    /// Returns an error about this row.
    /// - Parameter fault: The fault, as a predicate whose subject is the row, such as `has no column x`.
    func problem(_ fault: String) -> PostgreSQLError { .unreadable(statement: statement, fault) }
}

extension Date {
    /// What `Schema.microseconds` gives for `infinity` and every later time: 9999-12-31T00:00:00Z.
    package static let endless = Date(timeIntervalSince1970: 253_402_214_400)
}
