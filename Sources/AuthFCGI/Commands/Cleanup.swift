internal import ArgumentParser
internal import EventLoop
internal import Glibc
internal import Sessions

/// `authfcgi cleanup`
struct Cleanup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove expired and ended sessions.",
        discussion: """
            Expired and ended sessions are deleted in small batches, without disturbing running gates. Live sessions are \
            kept. So are the records of changes of the last 90 days.

            \(SessionCommand.databaseHelp)
            """)

    @Flag(help: JSONOutput.flagHelp) var json = false
    @OptionGroup var options: CommandOptions

    private static let batch = 1000

    func run() throws {
        defer { CommandLog.finish() }
        let database = try CommandDatabase.open(options)
        let removed = try removeAll(database)
        try LongStep.run("removing expired failed logins") { _ throws(ExitCode) in
            try database.sessions { sessions throws(PostgreSQLError) in
                while try sessions.removeExpiredThrottle(atMost: Self.batch) == Self.batch {}
            }
        }
        try LongStep.run("removing old records of changes") { _ throws(ExitCode) in
            try database.records { records throws(PostgreSQLError) in
                while try records.removeOld(atMost: Self.batch) == Self.batch {}
            }
        }
        let live = try database.sessions { sessions throws(PostgreSQLError) in try sessions.count() }
        let sentence =
            "Removed \(removed.counted("expired session")); \(live.sessions.counted("live session")) "
            + (live.sessions == 1 ? "remains." : "remain.")
        try StandardOutput.writeLine(
            json
                ? try JSONOutput.object([
                    "sessions": .number(live.sessions), "sessions_removed": .number(removed),
                ]) : sentence)
    }

    /// The sessions removed so far, which are reported while more are removed.
    private struct Progress {
        private(set) var removed = 0
        private var hasWaited = false
        private var report = WorkProgress()
        private let start = BootInstant.now

        mutating func add(_ count: Int) {
            removed += count
            guard removed > 0 else { return }
            let rate = Int(Double(removed) / max(0.001, (BootInstant.now - start).seconds))
            report.show("removed \(removed.counted("expired session")), \(rate) a second …")
        }

        mutating func wait() {
            report.clear()
            if !hasWaited { StandardError.write("authfcgi: waiting for another cleanup to finish\n") }
            hasWaited = true
            usleep(200_000)
        }

        mutating func end() { report.clear() }
    }

    private func removeAll(_ database: CommandDatabase) throws(ExitCode) -> Int {
        var progress = Progress()
        defer { progress.end() }
        var reached: String?
        while true {
            let answer = try database.sessions { sessions throws(PostgreSQLError) in
                try sessions.removeEnded(atMost: Self.batch, since: reached)
            }
            guard let answer else {
                progress.wait()
                continue
            }
            reached = answer.reached
            progress.add(answer.removed)
            if reached == nil { break }
        }
        reached = nil
        while true {
            let answer = try database.sessions { sessions throws(PostgreSQLError) in
                try sessions.removeExpired(atMost: Self.batch, since: reached)
            }
            guard let answer else {
                progress.wait()
                continue
            }
            // A partial batch is the end: on a busy gate sessions expire all the time.
            if answer.removed < Self.batch { return progress.removed + answer.removed }
            reached = answer.reached
            progress.add(answer.removed)
        }
    }
}
