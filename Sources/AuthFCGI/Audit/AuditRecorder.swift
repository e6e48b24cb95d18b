internal import EventLoop

/// Where events go that a client has led to.
@EventLoop
protocol AuditRecorder: AnyObject, Sendable {
    /// Records an event.
    /// - Parameter client: the client's address; nil when the front does not tell it.
    func record(_ event: AuditEvent, from client: String?)

    /// Records an event that a client can cause as often as it likes: only some of them.
    /// - Parameter client: the client's address; nil when the front does not tell it.
    func recordSparingly(_ event: AuditEvent, from client: String?)
}
