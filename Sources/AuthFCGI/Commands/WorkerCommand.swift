internal import ArgumentParser
internal import CLinux
internal import EventLoop
internal import Glibc
internal import Logging
internal import Sessions

/// `authfcgi worker`: a worker process, started by the supervisor. Settings come from the environment; secrets, the
/// operator's own pages and sockets are inherited.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Used by serve to start its workers.", shouldDisplay: false)

    /// The number of the worker in the log, which its successor has too.
    @Option var number: Int
    /// The number of the process's slot on the scoreboard.
    @Option var slot: Int
    /// The kinds of the listening sockets, in the order of their descriptors.
    @Option(name: .customLong("socket")) var sockets: [ListenerKind] = []
    @Flag var settingsAreProven = false
    @Flag var takesOver = false

    /// The command line of a worker.
    static func arguments(
        number: Int, slot: Int, sockets: [ListenerKind], settingsAreProven: Bool, takesOver: Bool
    ) -> [String] {
        ["authfcgi", "worker", "--number", "\(number)", "--slot", "\(slot)"]
            + sockets.flatMap { ["--socket", $0.rawValue] }
            + (settingsAreProven ? ["--settings-are-proven"] : []) + (takesOver ? ["--takes-over"] : [])
    }

    func validate() throws {
        guard (0..<Scoreboard.count).contains(number), (0..<Scoreboard.count).contains(slot),
            sockets.count <= InheritedDescriptor.maxSockets
        else {
            throw ValidationError("The number of the worker, of its slot or of the sockets is out of range.")
        }
    }

    func run() throws {
        SignalDescriptor.block()
        unsafe authfcgi_set_process_name("authfcgi-worker")
        let ownSlot = try takeSlot()
        let settings = try readSettings(try takeSecrets())
        try giveUpRights(settings)
        if settings.permitsCoreDumps { ProcessMemory.permitDumps() }
        let processLog = ProcessLog(settings)
        processLog.bootstrap()
        var log = Logger(label: "authfcgi")
        log[metadataKey: "worker"] = "\(number)"

        let status = ExitStatus()
        let listening = sockets.enumerated().map { index, kind in
            WorkerSocket(descriptor: InheritedDescriptor.firstSocket + Int32(index), kind: kind)
        }
        EventLoop.run { [log] in
            let service: GateService
            do throws(PagesProblem) {
                service = try GateService(
                    settings: settings, worker: number, settingsAreProven: settingsAreProven, log: log,
                    droppedLogLines: { processLog.dropped })
            } catch {
                log.critical("worker cannot start: PAGES_FOLDER: \(error)")
                status.set(SettingsProblems.exitCode)
                return EventLoop.stop()
            }
            let worker = Worker(
                service, slot: ownSlot, settingsAreProven: settingsAreProven, takesOver: takesOver,
                grace: settings.shutdownGrace, log: log, status: status)
            do throws(SystemError) {
                try worker.start(sockets: listening, lifeline: FileDescriptor(owning: InheritedDescriptor.lifeline))
            } catch {
                log.critical("worker cannot start: \(error)")
                status.set(ProgramExit.system.rawValue)
                EventLoop.stop()
            }
        }
        let counts = EventLoop.statistics
        log.debug(
            "event loop: enqueued by helper threads \(counts.enqueuedByHelperThreads), by other threads \(counts.enqueuedByOtherThreads)"
        )
        processLog.drain()
        // Not exit(3): it would let libraries clean up while helper threads still use them.
        _exit(status.code)
    }

    /// Takes ownership of the descriptors that are inherited under fixed numbers.
    private func takeSlot() throws(ExitCode) -> OwnSlot {
        do throws(SystemError) {
            let numbers = InheritedDescriptor.scoreboard..<InheritedDescriptor.firstSocket + Int32(sockets.count)
            for number in numbers where fcntl(number, F_SETFD, FD_CLOEXEC) != 0 { throw SystemError.last("fcntl") }
            let scoreboard = try Scoreboard(sharing: FileDescriptor(owning: InheritedDescriptor.scoreboard))
            return OwnSlot(
                scoreboard: scoreboard, slot: slot, worker: number,
                bell: FileDescriptor(owning: InheritedDescriptor.bell))
        } catch {
            StandardError.write("authfcgi: 'worker' is for 'serve' only, which passes descriptors to it\n")
            throw ExitCode(ProgramExit.usage.rawValue)
        }
    }

    /// What is said before the log begins.
    private var failures: StartFailures {
        let sources = SettingsSources(environment: ProcessEnvironment.snapshot(), host: .current)
        return StartFailures(sources, fields: ["worker": "\(number)"])
    }

    private func takeSecrets() throws(ExitCode) -> WorkerSecrets {
        do throws(SystemError) {
            return try WorkerSecrets(reading: FileDescriptor(owning: InheritedDescriptor.secrets))
        } catch {
            throw failures.report(
                "the secrets of the settings cannot be read: \(error)", code: ProgramExit.system.rawValue)
        }
    }

    /// Becomes the user of the settings, before anything comes from a client.
    private func giveUpRights(_ settings: Settings) throws(ExitCode) {
        do throws(SettingsProblems) {
            try settings.checkUser()
        } catch {
            throw failures.report(error)
        }
        guard let user = settings.user else { return }
        do throws(SystemError) {
            try ProcessUser.become(user)
        } catch {
            throw failures.report(
                "a worker cannot become the user \(user.text): \(error)", code: SettingsProblems.exitCode)
        }
    }

    private func readSettings(_ secrets: WorkerSecrets) throws(ExitCode) -> Settings {
        let name = WorkerEnvironment.libpqPassword
        if let password = secrets.values[name] { ProcessEnvironment.add(name, password) }
        let environment = ProcessEnvironment.snapshot().merging(secrets.values) { $1 }
        do throws(SettingsProblems) {
            var settings = try Settings(
                SettingsSources(environment: environment, host: .current), checksFiles: false)
            settings.ownPages = PagesFolder(passed: secrets.values)
            return settings
        } catch {
            throw failures.report(error)
        }
    }
}

extension ListenerKind: ExpressibleByArgument {}
