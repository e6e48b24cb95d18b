/// The identity of the server at the other end.
extension PostgreSQLConnection {
    /// The server's first answer.
    struct Introduction {
        let origin: ServerIncarnation
        /// The first schema of the search path that the connection was opened with, and that exists; nil if there is none.
        let firstSchema: String?
        /// The reason why other clients may get the connection between two statements, and with it all that was set,
        /// prepared and listened to: a pooler, which was detected or configured. Nil if the connection is exclusive.
        let whyShared: String?
        /// The server's data; nil if it does not tell which they are, or was not asked.
        var cluster: DatabaseCluster?
    }

    /// The server's identity, or nil before ``introduce(isPooled:deadline:)``.
    var origin: ServerIncarnation? { introduction?.origin }

    /// A Boolean value that indicates whether the effects of one statement on the connection, such as LISTEN, last until
    /// the next one and are visible to no other client.
    package var keepsState: Bool {
        guard let introduction else { return false }
        return introduction.whyShared == nil
    }

    /// A Boolean value that indicates whether other clients may get the connection between two transactions; false before
    /// ``introduce(isPooled:deadline:)``.
    var isShared: Bool { introduction?.whyShared != nil }

    /// Queries the server's identity.
    ///
    /// - Parameters:
    ///   - isPooled: True if the configuration declares a pooler, which a connection may be unable to detect.
    ///   - deadline: The maximum wait.
    /// - Throws: ``PostgreSQLError``, also if the server is a standby, whose data may be out of date, or if the database
    ///   cannot store every text.
    package func introduce(isPooled: Bool, deadline: Duration) throws(PostgreSQLError) {
        try requireVersion()
        try requireUTF8()
        try send(Self.identityQuery, [], binaryResult: true)
        let answer = try wait(for: deadline)
        guard !answer.isTrue(0, try answer.column("is_standby")) else {
            attempt?.forgetMessages()
            throw .connection("the server is a standby; sessions live on the primary")
        }
        guard let started = answer.binaryInteger(0, try answer.column("started_at")),
            let process = answer.binaryInteger(0, try answer.column("backend"))
        else {
            throw .confusion("the server's first answer cannot be read")
        }
        let whyShared: String? =
            if Int32(truncatingIfNeeded: process) != backend {
                "there is a pooler in between"
            } else if isPooled {
                "the configuration says that there is a pooler in between"
            } else {
                nil
            }
        introduction = Introduction(
            origin: ServerIncarnation(startedAt: DatabaseInstant(microseconds: started)),
            firstSchema: answer.optionalText(0, try answer.column("first_schema")), whyShared: whyShared)
    }

    private static let identityQuery = """
        SELECT pg_catalog.pg_is_in_recovery() AS is_standby, pg_catalog.pg_postmaster_start_time() AS started_at,
               pg_catalog.pg_backend_pid() AS backend, pg_catalog.current_schema() AS first_schema
        """

    /// The oldest version of PostgreSQL that the gate's SQL runs on, as the server reports it.
    private static let oldestVersion = 130_000

    /// Nothing is known if a pooler does not pass the version on.
    private func requireVersion() throws(PostgreSQLError) {
        guard let objection = Self.objection(toVersion: serverVersion) else { return }
        throw .unusable(objection, part: .url)
    }

    /// Returns why a server of this version cannot be used, or nil if it can.
    static func objection(toVersion version: Int) -> String? {
        guard version > 0, version < oldestVersion else { return nil }
        let name = version >= 100_000 ? "\(version / 10000)" : "\(version / 10000).\(version / 100 % 100)"
        return
            "the server is PostgreSQL \(name), and authfcgi needs \(oldestVersion / 10000) or newer: upgrade it, or choose another one"
    }

    /// The server's major and minor version, such as 15 and 9; nil if a pooler does not pass it on.
    package var serverRelease: (major: Int, minor: Int)? {
        serverVersion >= 100_000 ? (serverVersion / 10000, serverVersion % 10000) : nil
    }

    /// Every other encoding lacks characters that occur in names, or stores bytes instead of characters. Nothing is known
    /// if a pooler does not pass the encoding on.
    private func requireUTF8() throws(PostgreSQLError) {
        guard let name = serverEncoding, name != "UTF8" else { return }
        throw .unusable(
            "the database has the encoding \(name), and authfcgi needs UTF8: make another one "
                + "(CREATE DATABASE authfcgi TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C') and name it in the connection string",
            part: .url)
    }
}
