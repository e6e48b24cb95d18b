package import FoundationEssentials

/// One row of an answer, with its values under their columns' names. A column that is not there, or has a value of
/// another kind, is an error that names it and tells no value.
struct PostgreSQLRow: Sendable {
    private let statement: String
    private let columns: [String]
    private let values: [String?]

    /// - Parameters:
    ///   - statement: what the statement is called in errors.
    ///   - values: as text, in the order of the columns; nil for NULL.
    init(of statement: String, columns: [String], values: [String?]) {
        self.statement = statement
        self.columns = columns
        self.values = values
    }

    func optionalText(_ column: String) throws(PostgreSQLError) -> String? {
        guard let index = columns.firstIndex(of: column) else { throw problem("has no column \(column)") }
        return values[index]
    }

    /// Whether one of the columns is not NULL.
    func hasValue(among columns: [String]) throws(PostgreSQLError) -> Bool {
        for column in columns where try optionalText(column) != nil { return true }
        return false
    }

    func text(_ column: String) throws(PostgreSQLError) -> String {
        guard let text = try optionalText(column) else { throw problem("has no value of \(column)") }
        return text
    }

    func optionalInteger<T: FixedWidthInteger>(
        _ column: String, as type: T.Type = Int.self
    ) throws(PostgreSQLError) -> T? {
        guard let text = try optionalText(column) else { return nil }
        guard let number = T(text) else { throw problem("has a value of \(column) that is no whole number") }
        return number
    }

    func integer<T: FixedWidthInteger>(_ column: String, as type: T.Type = Int.self) throws(PostgreSQLError) -> T {
        guard let number = try optionalInteger(column, as: type) else { throw problem("has no value of \(column)") }
        return number
    }

    func flag(_ column: String) throws(PostgreSQLError) -> Bool {
        switch try text(column) {
        case "t": true
        case "f": false
        default: throw problem("has a value of \(column) that is neither true nor false")
        }
    }

    /// A moment that the statement gives as `extract(epoch FROM …)`, within the years that a calendar of four digits has;
    /// nil for NULL.
    func optionalDate(_ column: String) throws(PostgreSQLError) -> Date? {
        guard let text = try optionalText(column) else { return nil }
        guard let seconds = Double(text), !seconds.isNaN else {
            throw problem("has a value of \(column) that is no moment")
        }
        return min(.endless, max(.beginning, Date(timeIntervalSince1970: seconds)))
    }

    func date(_ column: String) throws(PostgreSQLError) -> Date {
        guard let date = try optionalDate(column) else { throw problem("has no value of \(column)") }
        return date
    }

    /// An array of texts that the statement gives as JSON; empty for NULL.
    func texts(_ column: String) throws(PostgreSQLError) -> [String] {
        guard let text = try optionalText(column) else { return [] }
        guard let texts = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) else {
            throw problem("has a value of \(column) that is no list of texts")
        }
        return texts
    }

    /// A hash that the statement gives in hexadecimal.
    func digest(_ column: String) throws(PostgreSQLError) -> SHA256Digest {
        guard let digest = SHA256Digest(hex: try text(column).utf8Span.span) else {
            throw problem("has a value of \(column) that is no hash")
        }
        return digest
    }

    /// - Parameter fault: what is wrong, as the end of a sentence that begins with the row.
    func problem(_ fault: String) -> PostgreSQLError { .unreadable(statement: statement, fault) }
}

extension Date {
    /// What stands for `infinity`, and for every later moment: 9999-12-31T00:00:00Z.
    package static let endless = Date(timeIntervalSince1970: 253_402_214_400)
    /// What stands for `-infinity`, and for every earlier moment: 0001-01-01T00:00:00Z.
    static let beginning = Date(timeIntervalSince1970: -62_135_596_800)
}
