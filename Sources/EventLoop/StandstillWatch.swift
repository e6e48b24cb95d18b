/// Detects that the loop has stood still: the process was stopped, starved or suspended, or one of its turns took long.
/// Time limits that passed meanwhile say nothing about a peer, whose answers may lie in the socket. Time is passed in.
package struct StandstillWatch: Sendable {
    /// The end of the last standstill, or nil if there was none.
    package private(set) var lastEnd: BootInstant?
    private var lastTurn: BootInstant?

    /// The shortest delay of a turn that counts, unless a time limit asks for a shorter one.
    package static let shortest = Duration.milliseconds(100)
    /// The shortest delay that counts in any case: a loop that has much to do is so late now and then.
    private static let minimum = Duration.milliseconds(5)

    /// The shortest delay of a turn that counts now.
    private var threshold = Self.shortest

    package init() {}

    /// Makes delays count that are short beside a time limit: one that ends during a standstill is noticed as much later as
    /// the standstill was longer than the limit.
    package mutating func watch(for limit: Duration) {
        threshold = min(threshold, max(limit / 10, Self.minimum))
    }

    /// Handles the end of a wait for events, or a moment within a turn, before which no wait was intended.
    /// - Parameters:
    ///   - now: The current instant.
    ///   - wait: The longest wait that was intended. What the last turn did comes before it.
    package mutating func turned(at now: BootInstant, afterWaiting wait: Duration) {
        defer { lastTurn = now }
        guard let lastTurn, now - lastTurn - wait >= threshold else { return }
        lastEnd = now
    }
}
