internal import CLinux
internal import EventLoop
internal import Glibc
internal import Logging

/// The parent process: starts the workers and keeps them running, as the ``WorkerPool`` decides. Serves no clients and
/// does not use the database.
@EventLoop
final class Supervisor: ReadinessHandler {
    private let sources: SettingsSources
    private let inheritance: WorkerInheritance
    private let notifier: SystemdNotifier
    private let status: ExitStatus
    private var log: Logger
    private var pool: WorkerPool
    /// The settings by their generation.
    private var settings: [Int: Settings]
    /// The processes by their slot on the scoreboard, with the numbers of the workers.
    private var children: [Int: (number: Int, process: ChildProcess)] = [:]
    private var timer: LoopTimer?
    private var stopSignals = StopSignals()
    private var isReady = false

    /// The longest interval between two looks at the scoreboard.
    private static let lookInterval = Duration.milliseconds(500)
    /// The time beyond SHUTDOWN_GRACE before a worker is killed. Workers enforce SHUTDOWN_GRACE themselves.
    private static let extraGrace = Duration.milliseconds(500)
    /// The time beyond the limit of a successor before a reload is refused. Successors enforce the limit themselves, and
    /// log the reason; this time is for those that crash or hang.
    private static let extraPatience = Duration.seconds(5)

    /// - Parameter status: receives the exit code of the process.
    init(
        settings: Settings, sources: SettingsSources, inheritance: WorkerInheritance, log: Logger, status: ExitStatus
    ) {
        self.sources = sources
        self.inheritance = inheritance
        self.log = log
        self.status = status
        notifier = SystemdNotifier(sources.environment)
        pool = WorkerPool(workers: settings.workers, grace: settings.shutdownGrace + Self.extraGrace)
        self.settings = [0: settings]
    }

    func start() throws(SystemError) {
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
    private func apply(_ actions: [PoolAction]) {
        for action in actions {
            switch action {
            case .spawn(let slot, let number, let generation, let takesOver):
                spawn(slot, number, generation, takesOver)
            case .terminate(let slot): children[slot]?.process.signal(SIGTERM)
            case .kill(let slot, let reason):
                log.warning("killing \(name(slot)): \(reason)")
                children[slot]?.process.signal(SIGKILL)
            case .lost(let number, let delay):
                let start = delay == .zero ? "immediately" : "in \(DurationText(delay))"
                log.notice("worker \(number): restarting \(start)")
            case .ready:
                isReady = true
                notify(.ready(status: "\(workerCount) workers"))
            case .reloaded(let generation):
                keepSettings(of: generation)
                log.info("reload complete: all workers use the new settings")
                notify(.ready(status: "\(workerCount) workers"))
            case .refused(let generation):
                keepSettings(of: generation)
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

    /// The name of a process in the log.
    private func name(_ slot: Int) -> String {
        children[slot].map { "worker \($0.number) (pid \($0.process.pid))" } ?? "worker"
    }
}

extension Supervisor {
    private func spawn(_ slot: Int, _ number: Int, _ generation: Int, _ takesOver: Bool) {
        guard let settings = settings[generation] else { preconditionFailure("no settings \(generation)") }
        inheritance.scoreboard.withSlot(slot) { $0.reset() }
        do throws(SystemError) {
            let secrets = try WorkerEnvironment.secrets(of: settings, sources.environment).write()
            let process = try ChildProcess(
                arguments: WorkerCommand.arguments(
                    number: number, slot: slot, sockets: inheritance.sockets.count,
                    settingsAreProven: pool.haveServed(settingsOf: generation), takesOver: takesOver),
                environment: WorkerEnvironment.with(settings, over: sources.environment),
                descriptors: inheritance.descriptors(secrets: secrets.number)
            ) { self.bury(slot, $0) }
            children[slot] = (number, process)
            withExtendedLifetime(secrets) {}
            log.debug("starting \(name(slot))")
        } catch {
            log.error("starting worker \(number) failed: \(error)")
            apply(pool.exited(slot, exitCode: nil, at: .now))
        }
    }

    private func bury(_ slot: Int, _ reason: ExitReason) {
        log.log(level: pool.isLeaving(slot: slot) ? .debug : .warning, "\(name(slot)) exited with \(reason)")
        children[slot] = nil
        inheritance.scoreboard.withSlot(slot) { $0.reset() }
        apply(pool.exited(slot, exitCode: reason.exitCode, at: .now))
    }
}

extension Supervisor {
    /// Reads the settings files again. Flags and environment stay as they were at the start.
    private func reload() {
        guard pool.isRunning else { return }
        let new: Settings
        do throws(SettingsProblems) {
            var read = try Settings(sources)
            try read.readPages()
            new = read
        } catch {
            log.error("reload failed: keeping the current settings")
            for line in error.lines { log.error("\(line)") }
            return
        }
        log.info("settings reloaded: replacing workers one by one")
        if let old = settings[pool.target.generation],
            (old.listen, old.listenMode, old.listenGroup) != (new.listen, new.listenMode, new.listenGroup)
        {
            log.warning("LISTEN, LISTEN_MODE and LISTEN_GROUP take effect at the next start, not on reload")
        }
        for hint in new.hints { log.warning("\(hint)") }
        if isReady { notify(.reloading) }
        let actions = pool.reload(
            workers: new.workers, grace: new.shutdownGrace + Self.extraGrace,
            patience: TakeOver.limit(new) + Self.extraPatience, at: .now)
        settings[pool.target.generation] = new
        log.logLevel = new.logLevel
        apply(actions)
    }

    private func keepSettings(of generation: Int) {
        settings = settings.filter { $0.key == generation }
        log.logLevel = settings[generation]?.logLevel ?? log.logLevel
    }
}

extension Supervisor {
    private var workerCount: Int { settings[pool.target.generation]?.workers ?? 0 }

    private func notify(_ message: SystemdNotifier.Message) {
        do throws(SystemError) {
            try notifier.send(message)
        } catch {
            log.warning("notifying systemd of \(message) failed: \(error)")
        }
    }
}
