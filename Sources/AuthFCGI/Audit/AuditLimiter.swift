internal import EventLoop

/// Keeps those events from filling the log that a client can cause at any rate, as no look into the database and no
/// hash comes before them: of each kind a few lines a second, with a count of those that were left out. Time is passed
/// in.
struct AuditLimiter {
    static let linesASecond = 5
    /// Kinds may be as many as there are users.
    static let kindsASecond = 100

    private var secondEnds: BootInstant?
    private var lines: [String: Int] = [:]
    private var suppressed = 0

    /// One more event: nil when it is only counted, otherwise how many were only counted since the last line.
    ///
    /// - Parameter kind: what has lines of its own, such as an action of one user.
    mutating func admit(_ kind: String, at now: BootInstant) -> Int? {
        if secondEnds.map({ now >= $0 }) ?? true {
            secondEnds = now + .seconds(1)
            lines.removeAll(keepingCapacity: true)
        }
        let count = lines[kind, default: 0]
        guard count < Self.linesASecond, count > 0 || lines.count < Self.kindsASecond else {
            suppressed += 1
            return nil
        }
        lines[kind] = count + 1
        defer { suppressed = 0 }
        return suppressed
    }
}
