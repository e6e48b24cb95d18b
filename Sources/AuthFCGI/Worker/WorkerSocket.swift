/// A listening socket that a worker has inherited.
struct WorkerSocket: Sendable {
    /// The number of the descriptor, which is non-blocking.
    let descriptor: Int32
    let kind: ListenerKind
}
