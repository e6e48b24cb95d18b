internal import ArgumentParser
internal import Sessions

/// `authfcgi config check`
struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check that 'serve' can start with these settings.",
        discussion: """
            Reads the settings as 'serve' does, connects to the database, and checks that its tables are not of an \
            incompatible version or another program, that no other role can create objects beside them, that their \
            rights, owners and triggers are right, and that USERS_QUERY or USERS_PRESET and USERS_REHASH can work there. Changes nothing and runs none of them.

            Exit codes: 0 no problem; 69 the database is unavailable; 78 a setting, or a right in the database, is wrong.
            """)

    @OptionGroup var options: CommandOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase(settings, log)
        try database.requireClosedSchema()
        try database.checkTables()
        let query = UsersQuery(settings)
        let findings = try query.map { query throws(ExitCode) in try database.check(query) }
        try StandardOutput.writeLine("The settings are valid, and the database answers.")
        guard let query, let findings else {
            return try StandardOutput.writeLine("Logins are for the gate's own users.")
        }
        try StandardOutput.writeLine("\(query.name) returns the columns \(findings.columns.joined(separator: ", ")).")
        if query.rehash != nil {
            try StandardOutput.writeLine(
                database.connection.keepsState
                    ? "USERS_REHASH can be run."
                    : "USERS_REHASH writes nothing behind a connection pooler. Connect DATABASE_URL directly.")
        }
        for advice in [findings.searchPathAdvice, UsersQueryCheck.rehashAdvice(query)].compactMap(\.self) {
            try StandardOutput.writeLine("Note: \(advice).")
        }
    }
}
