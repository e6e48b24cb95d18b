/// How the users of another program's tables are found: SQL that the operator has written, or that a preset brings.
public struct UsersQuery: Equatable, Sendable {
    /// A SELECT that takes the name somebody signs in with as `$1`, and returns columns called `id` and
    /// `password_hash`; `username`, `name`, `email`, `groups` and `disabled` are taken if they are there, others passed
    /// over.
    public var sql: String
    /// An UPDATE that writes a new hash of the same password: `$1` the hash, `$2` the user's id, and `$3`, if it is
    /// there, the hash that the login has read; nil: hashes stay as they are.
    public var rehash: String?
    /// How long the query may take.
    public var deadline: Duration
    /// How often those who are signed in are compared with the query, which finds them by the `username` that it
    /// returned when they signed in: who is not found any more, or is disabled, loses all sessions. nil: never.
    public var comparisonInterval: Duration?
    /// What the query is called in messages.
    public var name: String
    /// What ``rehash`` is called in messages.
    public var rehashName: String

    /// - Parameters:
    ///   - sql: as ``sql``; a semicolon at its end is taken away, as at the end of `rehash`.
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

    /// Whether ``rehash`` wants to know the hash that it replaces.
    package var rehashTakesOldHash: Bool { rehash?.contains("$3") ?? false }

    /// What people write at the end of a statement would end the one that ours is put into.
    private static func statement(_ sql: String) -> String {
        var sql = Substring(sql)
        while let last = sql.last, last == ";" || last.isWhitespace { sql.removeLast() }
        return String(sql)
    }
}
