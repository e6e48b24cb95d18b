internal import EventLoop
internal import Logging

/// One worker process: runs a service until it is told to end, or until the supervisor is gone.
@EventLoop
final class Worker {
    private enum State {
        /// The service gets ready. → serving, draining, ended
        case starting
        /// → draining
        case serving
        /// Nothing new is accepted. → ended, when the service is idle or SHUTDOWN_GRACE is over
        case draining
        case ended
    }

    private var state = State.starting
    private var endRequests = EndRequests()
    private let service: any WorkerService
    private let seat: WorkerSeat
    private let settingsHaveServed: Bool
    private let grace: Duration
    private let log: Logger
    private let status: ExitStatus

    /// - Parameters:
    ///   - settingsHaveServed: whether other workers have served with these settings before.
    ///   - status: gets the exit code of the process.
    init(
        _ service: any WorkerService, seat: WorkerSeat, settingsHaveServed: Bool, grace: Duration, log: Logger,
        status: ExitStatus
    ) {
        self.service = service
        self.seat = seat
        self.settingsHaveServed = settingsHaveServed
        self.grace = grace
        self.log = log
        self.status = status
    }

    /// - Parameter lifeline: a pipe that ends when the supervisor does.
    func start(sockets: [Int32], lifeline: consuming FileDescriptor) throws(SystemError) {
        seat.take()
        Reactor.shared.onTick = { [seat] in seat.tick() }
        _ = try SignalDescriptor { signal in self.receive(signal) }
        _ = Lifeline(lifeline) { self.loseSupervisor() }
        let refuseSettings: @EventLoop () -> Void = { self.end(SettingsProblems.exitCode) }
        service.prepare(seat: seat, onUnusable: settingsHaveServed ? nil : refuseSettings)
        service.start(sockets: sockets, onServing: { self.serve() })
    }

    private func serve() {
        guard state == .starting else { return }
        state = .serving
        seat.say(.serving)
    }

    private func receive(_ signal: SignalDescriptor.Signal) {
        switch signal {
        case .interrupt, .reload: return  // meant for the supervisor, which says by SIGTERM what follows
        case .terminate: break
        }
        switch endRequests.request(at: .now) {
        case .finish: drain()
        case .ignore: break
        case .endAtOnce: end(0)
        }
    }

    private func loseSupervisor() {
        log.warning("the supervisor is gone: this worker finishes and ends")
        drain()
    }

    private func drain() {
        switch state {
        case .starting, .serving: break
        case .draining, .ended: return
        }
        state = .draining
        seat.say(.draining)
        Reactor.shared.schedule(after: grace) {
            guard self.state == .draining else { return }
            self.log.warning("not everything was finished within \(DurationText(self.grace))")
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
