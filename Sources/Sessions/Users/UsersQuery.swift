/// The statements that find users in another program's tables, written by the operator or taken from a preset.
public struct UsersQuery: Equatable, Sendable {
    /// A SELECT with the name as `$1`. It must return the columns `id` and `password_hash`; `username`, `name`,
    /// `email`, `groups` and `disabled` are used if present, others ignored.
    public var sql: String
    /// An UPDATE that stores a new hash of the same password: `$1` is the hash, `$2` the user's id and, optionally,
    /// `$3` the hash that the login has read. Nil to keep hashes.
    public var rehash: String?
    /// The deadline of the query.
    public var deadline: Duration
    /// The interval at which signed-in users are compared with the query, by the `username` that it returned at their
    /// login: users no longer found, or disabled, lose all sessions. Nil for never.
    public var comparisonInterval: Duration?
    /// The name of the query in messages.
    public var name: String
    /// The name of ``rehash`` in messages.
    public var rehashName: String

    /// Creates a query.
    /// - Parameters:
    ///   - sql: The SELECT. A trailing semicolon is removed, as from `rehash`.
    ///   - rehash: The UPDATE that stores a new hash, or nil to keep hashes.
    ///   - deadline: The deadline of the query.
    ///   - comparisonInterval: The interval of comparisons with signed-in users, or nil for none.
    ///   - name: The name of the query in messages.
    ///   - rehashName: The name of `rehash` in messages.
    public init(
        sql: String, rehash: String? = nil, deadline: Duration = .seconds(2), comparisonInterval: Duration? = nil,
        name: String = "the users query", rehashName: String = "the rehash statement"
    ) {
        self.sql = Self.statement(sql)
        self.rehash = rehash.map(Self.statement)
        self.deadline = deadline
        self.comparisonInterval = comparisonInterval
        self.name = name
        self.rehashName = rehashName
    }

    /// True if ``rehash`` takes the hash that it replaces.
    package var rehashTakesOldHash: Bool { rehash?.contains("$3") ?? false }

    /// Removes trailing semicolons, which would end the statement that embeds this one.
    private static func statement(_ sql: String) -> String {
        var sql = Substring(sql)
        while let last = sql.last, last == ";" || last.isWhitespace { sql.removeLast() }
        return String(sql)
    }
}
