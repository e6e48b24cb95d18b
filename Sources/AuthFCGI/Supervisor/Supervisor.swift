internal import CLinux
internal import EventLoop
internal import Glibc
internal import Logging

/// The parent process: starts the workers and keeps them running, as the ``WorkerPool`` decides. Serves no clients and
/// does not use the database.
@EventLoop
final class Supervisor: ReadinessHandler {
    let sources: SettingsSources
    let inheritance: WorkerInheritance
    private let notifier: SystemdNotifier
    private let status: ExitStatus
    let processLog: ProcessLog
    var log: Logger
    var pool: WorkerPool
    /// The settings by their generation.
    var settings: [Int: Settings]
    /// The processes by their slot on the scoreboard, with the numbers of the workers.
    var children: [Int: (number: Int, process: ChildProcess)] = [:]
    private var timer: LoopTimer?
    private var stopSignals = StopSignals()
    var isReady = false
    var secrets = SecretFileWatch()
    var unusableSecret = LogCondition("secret_unusable", reminder: .seconds(600))
    /// True while workers are replaced by ones with other settings.
    var isReloading = false

    /// The longest interval between two looks at the scoreboard.
    private static let lookInterval = Duration.milliseconds(500)
    /// The time beyond SHUTDOWN_GRACE before a worker is killed. Workers enforce SHUTDOWN_GRACE themselves.
    static let extraGrace = Duration.milliseconds(500)
    /// The time beyond the limit of a successor before a reload is refused. Successors enforce the limit themselves, and
    /// log the reason; this time is for those that crash or hang.
    static let extraPatience = Duration.seconds(5)

    /// - Parameter status: receives the exit code of the process.
    init(
        settings: Settings, sources: SettingsSources, inheritance: WorkerInheritance, processLog: ProcessLog,
        log: Logger, status: ExitStatus
    ) {
        self.sources = sources
        self.inheritance = inheritance
        self.processLog = processLog
        self.log = log
        self.status = status
        notifier = SystemdNotifier(sources.environment)
        pool = WorkerPool(workers: settings.workers, grace: settings.shutdownGrace + Self.extraGrace)
        self.settings = [0: settings]
        secrets.watch(settings.secretFiles) { FileStamp(path: $0) }
    }

    func start() throws(SystemError) {
        inheritance.scoreboard.withSupervisorSlot { $0.introduce(pid: getpid(), at: .now) }
        _ = try SignalDescriptor { self.receive($0) }
        Reactor.shared.add(inheritance.bell.number, .readable, self)
        apply(pool.start(at: .now))
    }

    /// The bell: a worker has changed its state on the scoreboard.
    func ready(_ readiness: Readiness) {
        var count: UInt64 = 0
        _ = unsafe read(inheritance.bell.number, &count, 8)
        look()
    }

    private func look() {
        let scoreboard = inheritance.scoreboard
        apply(pool.look(at: .now) { scoreboard.sample($0) })
        lookAtSecrets()
    }

    private func receive(_ signal: SignalDescriptor.Signal) {
        switch signal {
        case .reload: reload()
        case .terminate, .interrupt:
            switch stopSignals.request(at: .now) {
            case .ignore: break
            case .finish:
                log.info("shutting down: waiting for workers to finish requests in flight")
                notify(.stopping)
                inheritance.closeSockets()
                apply(pool.stop(at: .now))
            case .endAtOnce:
                log.warning("shutting down immediately")
                apply(pool.stopAtOnce(at: .now))
            }
        }
    }

    /// Performs the pool's actions, including those that follow from them.
    func apply(_ actions: [PoolAction]) {
        for action in actions {
            switch action {
            case .spawn(let slot, let number, let generation, let takesOver):
                spawn(slot, number, generation, takesOver)
            case .terminate(let slot): children[slot]?.process.signal(SIGTERM)
            case .kill(let slot, let reason):
                log.warning("killing \(name(slot)): \(reason)")
                if reason != .impatience { count(.workersKilled) }
                children[slot]?.process.signal(SIGKILL)
            case .lost(let number, let delay):
                let start = delay == .zero ? "immediately" : "in \(DurationText(delay))"
                log.notice("worker \(number): restarting \(start)")
            case .ready:
                isReady = true
                notify(.ready(status: "\(workerCount) workers"))
            case .reloaded(let generation):
                isReloading = false
                keepSettings(of: generation)
                count(.reloads)
                log.info("reload complete: all workers use the new settings")
                notify(.ready(status: "\(workerCount) workers"))
            case .refused(let generation):
                isReloading = false
                keepSettings(of: generation)
                count(.refusedReloads)
                log.error(
                    "reload refused: no worker could serve with the new settings, for the reason logged above; the old workers stay and keep the old settings; correct the cause and send SIGHUP again"
                )
                notify(.ready(status: "\(workerCount) workers; the last reload was refused: see the log"))
            case .finished(let code):
                if code == SettingsProblems.exitCode {
                    log.critical("workers cannot start with these settings: see the messages above")
                }
                status.set(code)
                EventLoop.stop()
            }
        }
        scheduleLook()
    }

    private func scheduleLook() {
        timer?.cancel()
        let wait = pool.nextDeadline.map { max(.zero, $0 - .now) } ?? Self.lookInterval
        timer = Reactor.shared.schedule(after: min(wait, Self.lookInterval)) { self.look() }
    }

    private func count(_ metric: GateMetric) {
        inheritance.scoreboard.withSupervisorSlot { $0.count(.gate(metric)) }
    }

    /// The name of a process in the log.
    private func name(_ slot: Int) -> String {
        children[slot].map { "worker \($0.number) (pid \($0.process.pid))" } ?? "worker"
    }
}

extension Supervisor {
    private func spawn(_ slot: Int, _ number: Int, _ generation: Int, _ takesOver: Bool) {
        guard let settings = settings[generation] else { preconditionFailure("no settings \(generation)") }
        inheritance.scoreboard.reserve(slot)
        do throws(SystemError) {
            let secrets = try WorkerEnvironment.secrets(of: settings, sources.environment).write()
            let process = try ChildProcess(
                arguments: WorkerCommand.arguments(
                    number: number, slot: slot, sockets: inheritance.sockets.map(\.kind),
                    settingsAreProven: pool.haveServed(settingsOf: generation), takesOver: takesOver),
                environment: WorkerEnvironment.with(settings, over: sources.environment),
                descriptors: inheritance.descriptors(secrets: secrets.number)
            ) { self.bury(slot, $0) }
            children[slot] = (number, process)
            withExtendedLifetime(secrets) {}
            count(.workersStarted)
            log.debug("starting \(name(slot))")
        } catch {
            log.error("starting worker \(number) failed: \(error)")
            apply(pool.exited(slot, exitCode: nil, at: .now))
        }
    }

    private func bury(_ slot: Int, _ reason: ExitReason) {
        let isExpected = pool.isLeaving(slot: slot)
        log.log(level: isExpected ? .debug : .warning, "\(name(slot)) exited with \(reason)")
        // One that refuses its settings or its store has ended on purpose.
        let hasRefused = reason.exitCode.map { TakeOver.refusals.contains($0) } ?? false
        if !isExpected, !hasRefused { count(.workersDied) }
        children[slot] = nil
        inheritance.scoreboard.withSlot(slot) { $0.reset() }
        apply(pool.exited(slot, exitCode: reason.exitCode, at: .now))
    }
}

extension Supervisor {
    private var workerCount: Int { settings[pool.target.generation]?.workers ?? 0 }

    func notify(_ message: SystemdNotifier.Message) {
        do throws(SystemError) {
            try notifier.send(message)
        } catch {
            log.warning("notifying systemd of \(message) failed: \(error)")
        }
    }
}
