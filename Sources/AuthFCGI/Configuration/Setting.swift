internal import EventLoop

/// One setting: its names, what it takes, what it is when nobody says, and what it does.
///
/// The table of all (``all``) is the only place that says so: help texts, `config show` and the checks of README and
/// deploy files are made from it.
struct Setting: Hashable, Sendable {
    /// The name in the environment and in the file of `--env-file`.
    let name: String
    let kind: Kind
    let fallback: Fallback
    /// What it does, as a part of a sentence without a full stop.
    let meaning: String

    /// What a setting takes.
    enum Kind: Hashable, Sendable {
        /// A text that must not be seen. It has no flag, since everybody on the machine can read those, but may stand
        /// in a file that `NAME_FILE` names.
        case secret(String)
        /// A text of the form that the string describes.
        case text(String)
        /// on or off.
        case toggle
        /// A length of time between two bounds.
        case duration(ClosedRange<Duration>)
        /// The same, or off.
        case optionalDuration(ClosedRange<Duration>)
        /// A whole number between two bounds.
        case integer(ClosedRange<Int>)
        /// The same, or off.
        case optionalInteger(ClosedRange<Int>)
        /// One of several words.
        case choice([String])
    }

    /// What holds when nobody says anything.
    enum Fallback: Hashable, Sendable {
        /// There is nothing to fall back to: without it the program does not start.
        case required
        /// This value.
        case value(String)
        /// What the words describe, found out at the start.
        case described(String)
    }

    var isSecret: Bool {
        switch kind {
        case .secret: true
        case .text, .toggle, .duration, .optionalDuration, .integer, .optionalInteger, .choice: false
        }
    }

    /// The name of the flag without its dashes; nil for secrets.
    var flag: String? {
        isSecret ? nil : name.lowercased().split(separator: "_").joined(separator: "-")
    }

    /// The name under which a secret's file is given; nil for the others.
    var fileName: String? { isSecret ? name + "_FILE" : nil }

    /// The default as people read it.
    var shownDefault: String {
        switch fallback {
        case .required: "required"
        case .value(let text), .described(let text): text
        }
    }

    /// What the setting takes, in a few words.
    var shownType: String {
        switch kind {
        case .secret(let form), .text(let form): form
        case .toggle: "on|off"
        case .duration: "duration"
        case .optionalDuration: "duration|off"
        case .integer: "number"
        case .optionalInteger: "number|off"
        case .choice(let words): words.joined(separator: "|")
        }
    }

    /// The bounds of a duration or a number.
    var shownBounds: String? {
        switch kind {
        case .secret, .text, .toggle, .choice: nil
        case .duration(let range), .optionalDuration(let range):
            "\(DurationText(range.lowerBound)) to \(DurationText(range.upperBound))"
        case .integer(let range), .optionalInteger(let range): "\(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// The sentence of the setting in the help of its flag.
    var help: String {
        let bounds = shownBounds.map { "\($0); " } ?? ""
        return "\(name): \(meaning) (\(bounds)default: \(shownDefault))."
    }
}
