internal import ArgumentParser

/// How long something is to last, on a command line: a duration as settings write it, and longer than nothing.
struct PositiveDuration: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let text = DurationText(parsing: argument), text.duration > .zero else { return nil }
        duration = text.duration
    }

    var defaultValueDescription: String { "\(DurationText(duration))" }
}
