/// Detects that the loop has stood still: the process was stopped, starved or suspended, or one of its turns took long.
/// Time limits that passed meanwhile say nothing about a peer, whose answers may lie in the socket. Time is passed in.
package struct StandstillWatch: Sendable {
    /// The end of the last standstill, or nil if there was none.
    package private(set) var lastEnd: BootInstant?
    private var lastTurn: BootInstant?

    /// The shortest delay of a turn that counts.
    package static let shortest = Duration.milliseconds(100)

    package init() {}

    /// Handles the end of a wait for events, or a moment within a turn, before which no wait was intended.
    /// - Parameters:
    ///   - now: The current instant.
    ///   - wait: The longest wait that was intended. What the last turn did comes before it.
    package mutating func turned(at now: BootInstant, afterWaiting wait: Duration) {
        defer { lastTurn = now }
        guard let lastTurn, now - lastTurn - wait >= Self.shortest else { return }
        lastEnd = now
    }
}
