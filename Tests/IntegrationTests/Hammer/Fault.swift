import TestSupport

/// Something that breaks for a while and is whole again. It takes as long as `strike` does.
struct Fault: Sendable {
    let name: String
    /// Breaks it, waits, and mends it, whatever happens in between; says in a word or two what was broken.
    let strike: @Sendable (inout SeededGenerator) throws -> String
}

/// One time that a fault was there.
struct FaultStroke: Sendable, CustomStringConvertible {
    let name: String
    let detail: String
    let start: Duration
    let end: Duration

    var description: String { "\(start.inSeconds) to \(end.inSeconds): \(name), \(detail)" }
}
