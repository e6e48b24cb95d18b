internal import ArgumentParser
internal import CLinux
internal import EventLoop
internal import Glibc
internal import Logging
internal import Sessions

/// `authfcgi serve`: the supervisor and its workers.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer requests from nginx until stopped.",
        usage: "authfcgi serve [\(EnvironmentFileOption.name) <path>] [<options>]",
        discussion: """
            Every setting can be a flag, an environment variable, or a line of the file given with --env-file, in this \
            order of precedence. Secrets have no flag: set DATABASE_URL, or DATABASE_URL_FILE to the path of a file.

            SIGTERM ends the program after the workers have finished requests in flight; a second one ends it at once. \
            SIGHUP reads the files again and replaces the workers one by one; if the new settings cannot be used, the \
            workers stay.
            """)

    @OptionGroup var options: SettingsOptions

    func run() throws(ExitCode) {
        SignalDescriptor.block()
        unsafe authfcgi_set_process_name("authfcgi")
        let sources = options.sources
        let settings = options.load(readsPages: true)
        ProcessEnvironment.erase(WorkerEnvironment.secretNames)
        if settings.permitsCoreDumps { ProcessMemory.permitDumps() }
        let inheritance = try Self.open(settings, sources.environment)
        let processLog = ProcessLog(level: settings.logLevel)
        processLog.bootstrap()
        let log = Logger(label: "authfcgi")
        Self.logStart(settings, inheritance.sockets, log)

        let status = ExitStatus()
        EventLoop.run {
            let supervisor = Supervisor(
                settings: settings, sources: sources, inheritance: inheritance, log: log, status: status)
            do throws(SystemError) {
                try supervisor.start()
            } catch {
                log.critical("supervisor cannot start: \(error)")
                status.set(ProgramExit.system.rawValue)
                EventLoop.stop()
            }
        }
        inheritance.closeSockets()
        let totals = inheritance.scoreboard.totals
        var counts = Logger.Metadata()
        for metric in Metric.all where metric != .checks { counts[metric.name] = "\(totals[metric])" }
        log.info("shut down after \(totals[.checks]) checks", metadata: counts)
        processLog.drain()
        if status.code != 0 { throw ExitCode(status.code) }
    }

    /// Opens the sockets and the other descriptors that workers inherit.
    private static func open(
        _ settings: Settings, _ environment: [String: String]
    ) throws(ExitCode) -> WorkerInheritance {
        do throws(ListenError) {
            let sockets = try ListeningSockets.open(settings, environment)
            do throws(SystemError) {
                return try WorkerInheritance(sockets: sockets)
            } catch {
                throw .inheritance(error)
            }
        } catch {
            StandardError.write("authfcgi: \(error)\n")
            throw ExitCode(error.exitCode)
        }
    }

    /// Logs the version, the main settings, and warnings about the system.
    private static func logStart(_ settings: Settings, _ sockets: [ListeningSocket], _ log: Logger) {
        let workers = settings.workers == 1 ? "1 worker" : "\(settings.workers) workers"
        let names = sockets.map(\.name).joined(separator: ", ")
        let redis = settings.redisLocation.map { ", Redis in front of it (\($0))" } ?? ""
        log.info(
            "authfcgi \(Version.current) (\(LibraryVersions.summary)): \(workers) on \(names), sessions in PostgreSQL\(redis)"
        )
        for hint in settings.hints { log.warning("\(hint)") }
        if geteuid() == 0 { log.warning("running as root: run it as a user of its own") }
        if let limit = ListeningSocket.smallerBacklog {
            log.warning(
                "listen backlog limited to \(limit) by net.core.somaxconn; \(ListeningSocket.backlog) is better")
        }
    }
}
