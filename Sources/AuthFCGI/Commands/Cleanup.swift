internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Sessions

/// `authfcgi cleanup`
struct Cleanup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove expired sessions.",
        discussion: """
            Expired sessions are deleted in small batches, without disturbing running gates. Live sessions are kept.

            \(SessionCommand.databaseHelp)
            """)

    @OptionGroup(visibility: .hidden) var options: SettingsOptions

    private static let batch = 1000

    func run() throws {
        let settings = options.load()
        let log = CommandLog.start(settings)
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(settings, log)
        let removed = try removeAll(database)
        try database.sessions { sessions throws(PostgreSQLError) in
            while try sessions.removeExpiredThrottle(atMost: Self.batch) == Self.batch {}
        }
        let live = try database.sessions { sessions throws(PostgreSQLError) in try sessions.count() }
        StandardOutput.writeLine(
            "Removed \(removed.counted("expired session")); \(live.sessions.counted("live session")) "
                + (live.sessions == 1 ? "remains." : "remain."))
    }

    private func removeAll(_ database: CommandDatabase) throws(ExitCode) -> Int {
        var total = 0
        var reached: String?
        var hasWaited = false
        var nextReport = BootInstant.now + .seconds(1)
        while true {
            let answer = try database.sessions { sessions throws(PostgreSQLError) in
                try sessions.removeExpired(atMost: Self.batch, since: reached)
            }
            if let answer {
                total += answer.removed
                // A partial batch is the end: on a busy gate sessions expire all the time.
                if answer.removed < Self.batch { return total }
                reached = answer.reached
            } else {
                if !hasWaited { StandardError.write("authfcgi: waiting for another cleanup to finish\n") }
                hasWaited = true
                usleep(200_000)
            }
            if BootInstant.now >= nextReport, total > 0 {
                StandardError.write("removed \(total) …\n")
                nextReport = BootInstant.now + .seconds(1)
            }
        }
    }
}
