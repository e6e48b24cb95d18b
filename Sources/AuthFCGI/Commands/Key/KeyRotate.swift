internal import ArgumentParser
internal import Sessions

/// `authfcgi key rotate`
struct KeyRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make a new key for the tags of new tokens.",
        discussion: """
            By the tag in a token, which is made with this key, gates refuse invented tokens without asking the database. \
            For when somebody who should not may have read the database, or a dump of it. No session ends: tokens with \
            the tag of an older key stay valid as long as their sessions. No login fails meanwhile: gates read the new \
            key within seconds, and use it ten seconds after it was made. Values in Redis are sealed with a new key too.

            \(SessionCommand.databaseHelp) Its role must own the tables.
            """)

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let key = try database.rotateKey()
        database.audit(AuditEvent(.keyRotate, details: ["generation": "\(key)"]))
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object(["generation": .number(key)])
                : "Made token key \(key). New tokens are made with it from 10 s on; older tokens stay valid.")
    }
}
