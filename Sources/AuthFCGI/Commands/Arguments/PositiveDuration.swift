internal import ArgumentParser

/// A duration on a command line, in the form of ``DurationText`` and greater than zero.
struct PositiveDuration: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let text = DurationText(parsing: argument), text.duration > .zero else { return nil }
        duration = text.duration
    }

    var defaultValueDescription: String { "\(DurationText(duration))" }
}
