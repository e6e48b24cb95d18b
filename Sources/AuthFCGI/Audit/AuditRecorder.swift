internal import EventLoop

/// The recorder of events that clients cause.
@EventLoop
protocol AuditRecorder: AnyObject, Sendable {
    /// Records an event.
    /// - Parameter client: The client's address, or nil if the front proxy does not pass it.
    func record(_ event: AuditEvent, from client: String?)

    /// Records some of the events of a kind that a client can cause at any rate.
    /// - Parameter client: The client's address, or nil if the front proxy does not pass it.
    func recordSparingly(_ event: AuditEvent, from client: String?)
}
