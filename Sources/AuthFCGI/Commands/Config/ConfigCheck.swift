internal import ArgumentParser
internal import Sessions

/// `authfcgi config check`
struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether 'serve' would start with these settings.",
        discussion: """
            Reads the settings as 'serve' does, connects to the database, and looks whether USERS_QUERY or USERS_PRESET \
            and USERS_REHASH can work there. Changes nothing and runs none of them.

            Exit codes: 0 all is well, 78 a setting is wrong, 69 the database cannot be asked.
            """)

    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase(settings, log)
        let query = UsersQuery(settings)
        let columns = try query.map { query throws(ExitCode) in try database.check(query) }
        print("The settings are right, and the database answers.")
        guard let query, let columns else { return print("Who signs in is one of the gate's own users.") }
        print("\(query.name) finds users by \(columns.joined(separator: ", ")).")
        if query.rehash != nil {
            print(
                database.connection.keepsState
                    ? "USERS_REHASH can be run."
                    : "USERS_REHASH writes nothing: there is a pooler in between. Connect DATABASE_URL directly.")
        }
        if let advice = UsersQueryCheck.rehashAdvice(query) { print("Note: \(advice).") }
    }
}
