internal import ArgumentParser

/// A duration on a command line, in the form of ``DurationText`` and greater than zero.
struct PositiveDuration: CustomStringConvertible {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    /// - Throws: The rule that the text violates.
    init(parsing text: String) throws(ValidationError) {
        guard let parsed = DurationText(parsing: text), parsed.duration > .zero else {
            throw ValidationError(
                "it must be a whole number greater than zero with the unit ms, s, m, h or d, such as 90d")
        }
        duration = parsed.duration
    }

    /// The text form, for help texts.
    var description: String { "\(DurationText(duration))" }
}
