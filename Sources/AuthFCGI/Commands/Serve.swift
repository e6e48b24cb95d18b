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

            Started by root, the program opens its sockets and gives the workers the rights of --user; without it, it \
            refuses to serve.

            SIGTERM ends the program after the workers have finished requests in flight; a second one ends it at once. \
            SIGHUP reads the files again and replaces the workers one by one; if the new settings cannot be used, the \
            workers stay.
            """)

    @OptionGroup var options: SettingsOptions

    func run() throws(ExitCode) {
        SignalDescriptor.block()
        unsafe authfcgi_set_process_name("authfcgi")
        let sources = options.sources
        let failures = StartFailures(sources)
        let settings = try Self.readSettings(sources, failures)
        ProcessEnvironment.erase(WorkerEnvironment.secretNames)
        if settings.permitsCoreDumps { ProcessMemory.permitDumps() }
        let inheritance = try Self.open(settings, sources.environment, failures)
        let processLog = ProcessLog(settings)
        processLog.bootstrap()
        let log = Logger(label: "authfcgi")
        Self.logStart(settings, inheritance.sockets, log)
        for variable in sources.unknownVariables where variable.finding.weight == .warning {
            log.warning("\(variable.finding.sentence)")
        }

        let status = ExitStatus()
        EventLoop.run {
            let supervisor = Supervisor(
                settings: settings, sources: sources, inheritance: inheritance, processLog: processLog, log: log,
                status: status)
            do throws(SystemError) {
                try supervisor.start()
            } catch {
                log.critical("supervisor cannot start: \(error)")
                status.set(ProgramExit.system.rawValue)
                EventLoop.stop()
            }
        }
        inheritance.closeSockets()
        let totals = inheritance.scoreboard.read(at: .now)
        var counts = Logger.Metadata()
        for (name, metric) in Metric.summary { counts[name] = "\(totals[metric])" }
        log.info("shut down after \(totals.checks) checks", metadata: counts)
        processLog.drain()
        if status.code != 0 { throw ExitCode(status.code) }
    }

    /// Reads the settings. With the rights of root the program serves only if they say so.
    private static func readSettings(
        _ sources: SettingsSources, _ failures: StartFailures
    ) throws(ExitCode) -> Settings {
        do throws(SettingsProblems) {
            return try Settings.forServing(sources)
        } catch {
            throw failures.report(error)
        }
    }

    /// Opens the sockets and the other descriptors that workers inherit.
    private static func open(
        _ settings: Settings, _ environment: [String: String], _ failures: StartFailures
    ) throws(ExitCode) -> WorkerInheritance {
        do throws(ListenError) {
            let sockets = try ListeningSockets.open(settings, environment)
            do throws(SystemError) {
                return try WorkerInheritance(sockets: sockets)
            } catch {
                throw .inheritance(error)
            }
        } catch {
            throw failures.report("\(error)", code: error.exitCode)
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
        if let user = settings.user, ProcessUser.current == 0 {
            if user.isRoot {
                log.warning("serving as root, as AUTHFCGI_USER says: run it as a user of its own")
            } else {
                log.info("workers have the rights of user \(user.uid) (\(user.text)), the supervisor those of root")
            }
        }
        if let limit = ListeningSocket.smallerBacklog {
            log.warning(
                "listen backlog limited to \(limit) by net.core.somaxconn; \(ListeningSocket.backlog) is better")
        }
    }
}
