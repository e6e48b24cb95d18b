internal import EventLoop
internal import Logging

/// A worker process: runs a service until a stop signal arrives or the supervisor is gone.
@EventLoop
final class Worker {
    private enum State {
        /// The service is starting. → serving, draining, ended
        case starting
        /// → draining
        case serving
        /// No new connections are accepted. → ended, when the service is idle or SHUTDOWN_GRACE has expired
        case draining
        case ended
    }

    private var state = State.starting
    private var stopSignals = StopSignals()
    private let service: any WorkerService
    private let slot: OwnSlot
    private let settingsAreProven: Bool
    private let takesOver: Bool
    private let grace: Duration
    private let log: Logger
    private let status: ExitStatus

    /// - Parameters:
    ///   - settingsAreProven: true if workers have served with these settings before.
    ///   - takesOver: true if another worker serves until this one does.
    ///   - status: receives the exit code of the process.
    init(
        _ service: any WorkerService, slot: OwnSlot, settingsAreProven: Bool, takesOver: Bool, grace: Duration,
        log: Logger, status: ExitStatus
    ) {
        self.service = service
        self.slot = slot
        self.settingsAreProven = settingsAreProven
        self.takesOver = takesOver
        self.grace = grace
        self.log = log
        self.status = status
    }

    /// Starts the service.
    /// - Parameter lifeline: a pipe that reaches its end when the supervisor exits.
    func start(sockets: [WorkerSocket], lifeline: consuming FileDescriptor) throws(SystemError) {
        slot.tick()
        Reactor.shared.onTick = { [slot] in slot.tick() }
        _ = try SignalDescriptor { signal in self.receive(signal) }
        _ = Lifeline(lifeline) { self.loseSupervisor() }
        let refuseSettings: @EventLoop () -> Void = { self.end(SettingsProblems.exitCode) }
        let giveUp: @EventLoop () -> Void = { self.end(TakeOver.failureCode) }
        service.prepare(
            slot: slot, onUnusable: settingsAreProven ? nil : refuseSettings, onNoStore: takesOver ? giveUp : nil)
        service.start(sockets: sockets, onServing: { self.serve() })
    }

    private func serve() {
        guard state == .starting else { return }
        state = .serving
        slot.set(.serving)
    }

    private func receive(_ signal: SignalDescriptor.Signal) {
        switch signal {
        case .interrupt, .reload: return  // meant for the supervisor, which sends SIGTERM to stop a worker
        case .terminate: break
        }
        switch stopSignals.request(at: .now) {
        case .finish: drain()
        case .ignore: break
        case .endAtOnce: end(0)
        }
    }

    private func loseSupervisor() {
        log.warning("supervisor gone: finishing requests in flight, then exiting")
        drain()
    }

    private func drain() {
        switch state {
        case .starting, .serving: break
        case .draining, .ended: return
        }
        state = .draining
        slot.set(.draining)
        Reactor.shared.schedule(after: grace) {
            guard self.state == .draining else { return }
            self.log.warning("SHUTDOWN_GRACE of \(DurationText(self.grace)) expired with requests in flight")
            self.end(0)
        }
        service.drain { self.end(0) }
    }

    private func end(_ code: Int32) {
        guard state != .ended else { return }
        state = .ended
        status.set(code)
        EventLoop.stop()
    }
}
