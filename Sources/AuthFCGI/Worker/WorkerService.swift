internal import EventLoop

/// The service that a worker runs for its clients.
@EventLoop
protocol WorkerService: AnyObject {
    /// Prepares the service. Called once, before ``start(sockets:onServing:)``. The default implementation does
    /// nothing; it suits a service without counters that works with any settings.
    /// - Parameters:
    ///   - slot: the worker's own slot of the scoreboard.
    ///   - onUnusable: to be called instead of `onServing`, after logging the reason, if no worker can ever serve with
    ///     these settings: the worker exits with code 78, which ends the program at its start and a reload later on.
    ///     nil if workers have served with these settings: the problem may be temporary.
    ///   - onNoStore: to be called instead of `onServing`, after logging the reason, if the service could not use its
    ///     store within ``TakeOver/limit(_:)``. nil for a worker that takes over from no other: it serves soon in any case.
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?, onNoStore: (@EventLoop () -> Void)?)

    /// Begins to accept connections.
    /// - Parameters:
    ///   - sockets: listening sockets, which the service owns from now on.
    ///   - onServing: to be called once, when requests can be answered.
    func start(sockets: [WorkerSocket], onServing: @escaping @EventLoop () -> Void)

    /// Accepts the connections that are queued, closes the sockets, and finishes the requests in flight. Called once,
    /// at any time after ``start(sockets:onServing:)``, possibly before the service serves.
    /// - Parameter onIdle: to be called once, when no request is left.
    func drain(onIdle: @escaping @EventLoop () -> Void)
}

extension WorkerService {
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?, onNoStore: (@EventLoop () -> Void)?) {}
}
