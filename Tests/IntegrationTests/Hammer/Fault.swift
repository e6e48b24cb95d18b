import TestSupport

/// Something that breaks for a while and is whole again. It takes as long as `strike` does.
struct Fault: Sendable {
    let name: String
    /// Whether PostgreSQL does not answer meanwhile: everybody, or the pod that `strike` names first.
    var silencesPostgreSQL = false
    /// Breaks it, waits, and mends it, whatever happens in between; says in a word or two what was broken.
    let strike: @Sendable (inout SeededGenerator) throws -> String
}

/// One time that a fault was there.
struct FaultStroke: Sendable, CustomStringConvertible {
    let name: String
    let detail: String
    let silencesPostgreSQL: Bool
    let start: Duration
    let end: Duration

    /// The pod that is concerned, nil for all.
    var pod: Int? {
        guard detail.hasPrefix("pod ") else { return nil }
        return Int(detail.dropFirst(4).prefix { $0.isNumber }).map { $0 - 1 }
    }

    var description: String { "\(start.inSeconds) to \(end.inSeconds): \(name), \(detail)" }
}
