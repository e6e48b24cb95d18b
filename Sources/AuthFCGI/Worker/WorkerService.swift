internal import EventLoop

/// What a worker does for its clients.
@EventLoop
protocol WorkerService: AnyObject {
    /// Called once, before ``start(sockets:onServing:)``. A service that counts nothing and works with any settings
    /// needs no method of its own.
    /// - Parameters:
    ///   - slot: the worker's own slot of the scoreboard.
    ///   - onUnusable: to be called instead of `onServing`, after logging why, when no worker can ever serve with these
    ///     settings: the worker ends with exit code 78, which ends the program at its start and a reload later on. nil
    ///     when workers have served with them: what is wrong now may come right again.
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?)

    /// Begins to accept connections.
    /// - Parameters:
    ///   - sockets: they listen, do not block, and belong to the service from now on.
    ///   - onServing: to be called once, when requests can be answered.
    func start(sockets: [Int32], onServing: @escaping @EventLoop () -> Void)

    /// Accepts what has connected already, closes the sockets, and finishes what has begun. Called once, at any time
    /// after ``start(sockets:onServing:)``, also before it serves.
    /// - Parameter onIdle: to be called once, when nothing is left to finish.
    func drain(onIdle: @escaping @EventLoop () -> Void)
}

extension WorkerService {
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?) {}
}
