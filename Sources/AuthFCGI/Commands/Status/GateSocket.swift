internal import EventLoop

/// The socket of a running gate, for commands that ask it.
struct GateSocket: Sendable {
    let address: ServerAddress
    /// True for a socket of HTTP, false for one of FastCGI.
    let isHTTP: Bool
    /// The time limit of an answer.
    let timeout: Duration

    /// Sends a request without a body, on a connection of its own, and returns the outcome.
    @EventLoop
    func get(_ path: String) async -> GateRequest.Outcome {
        await withCheckedContinuation { continuation in
            GateRequest(path, isHTTP: isHTTP, at: address, timeout: timeout) {
                continuation.resume(returning: $0)
            }.start()
        }
    }
}
