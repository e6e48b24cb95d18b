/// The parameters of a connection, in the order in which libpq takes them: a later one overrides an earlier one.
struct ConnectionParameters {
    private(set) var keywords: [String] = []
    private(set) var values: [String] = []

    /// Creates the parameters of a connection to a primary.
    /// - Parameters:
    ///   - url: A connection string of libpq.
    ///   - applicationName: The connection's name in `pg_stat_activity`, which the connection string and PGAPPNAME may
    ///     override.
    ///   - timeouts: The names and values of timeouts that the connection string may override.
    /// - Throws: ``PostgreSQLError/unusable(_:part:)`` if libpq cannot read the connection string, or would report parts of
    ///   its password.
    init(_ url: Secret, applicationName: String, timeouts: [(String, String)]) throws(PostgreSQLError) {
        if let problem = ConnectionString.misreading(of: url.reveal()) {
            throw .unusable("the connection string \(problem)", part: .url)
        }
        for (name, value) in timeouts { add(name, value) }
        add("target_session_attrs", "primary")
        // Expanded in its place: the parameters before it are defaults, those after it cannot be overridden by it.
        add("dbname", url.reveal())
        add("fallback_application_name", applicationName)
        add("client_encoding", "UTF8")
    }

    mutating func add(_ keyword: String, _ value: String) {
        keywords.append(keyword)
        values.append(value)
    }

    /// Calls `body` with libpq's arrays of keywords and values. The pointers are valid during the call only.
    func withPointers<T>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        unsafe CStringList.withPointers(keywords) { keywords in
            unsafe CStringList.withPointers(values) { values in unsafe body(keywords, values) }
        }
    }
}
