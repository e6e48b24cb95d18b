internal import EventLoop

/// The form of a setting's values: how a text is parsed, and a value is written.
struct SettingForm<Value: Sendable>: Sendable {
    /// The type in a few words, for help texts.
    let type: String
    /// The bounds of a duration or a number.
    var bounds: String?
    /// True if the text must not be shown.
    var isSecret = false
    /// True if messages about a wrong text give the default as an example.
    var showsExample = false
    /// Parses a text, which is not empty.
    let read: @Sendable (String, SettingsSources.Host) throws(SettingProblem) -> Value
    /// Returns the text of a value; nil for a value that is determined at the start.
    let write: @Sendable (Value) -> String?
}

extension SettingForm {
    /// The values of `form`, and nil without a text.
    static func optional<Wrapped>(_ form: SettingForm<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            type: form.type, bounds: form.bounds, isSecret: form.isSecret,
            read: { (text, host) throws(SettingProblem) in try form.read(text, host) },
            write: { $0.flatMap(form.write) })
    }

    /// The values of `form`, and `off`, which is nil.
    static func orOff<Wrapped>(_ form: SettingForm<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            type: form.type + "|off", bounds: form.bounds,
            read: { (text, host) throws(SettingProblem) in
                if text.lowercased() == "off" { return nil }
                do throws(SettingProblem) {
                    return try form.read(text, host)
                } catch {
                    guard case .wrong(let right) = error else { throw error }
                    // "write a number, …" becomes "write off or a number, …".
                    throw .wrong("write off or " + right.dropFirst("write ".count))
                }
            },
            write: { $0.flatMap(form.write) ?? "off" })
    }
}

extension SettingForm where Value == String {
    /// Any text. `type` describes its form.
    static func text(_ type: String) -> Self {
        Self(type: type, read: { text, _ in text }, write: { $0 })
    }

    /// A text that `isRight` accepts.
    /// - Parameter right: the advice for a text that it does not accept.
    static func text(_ type: String, _ right: String, _ isRight: @escaping @Sendable (String) -> Bool) -> Self {
        Self(
            type: type,
            read: { (text, _) throws(SettingProblem) in
                guard isRight(text) else { throw .wrong(right) }
                return text
            },
            write: { $0 })
    }
}

extension SettingForm {
    /// A text that must not be shown.
    static func secret(
        _ type: String, _ read: @escaping @Sendable (String) throws(SettingProblem) -> Value,
        reveal: @escaping @Sendable (Value) -> String?
    ) -> Self {
        Self(
            type: type, isSecret: true,
            read: { (text, _) throws(SettingProblem) in
                guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                    throw .unfit("contains a line break or another control character; remove it")
                }
                return try read(text)
            },
            write: reveal)
    }
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable {
    /// One of several words.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            type: words.joined(separator: "|"),
            read: { (text, _) throws(SettingProblem) in
                guard let value = Value(rawValue: text.lowercased()) else {
                    throw .wrong("write one of \(words.joined(separator: ", "))")
                }
                return value
            },
            write: { $0.rawValue })
    }
}

extension SettingForm where Value == Bool {
    static let toggle = Self(
        type: "on|off",
        read: { (text, _) throws(SettingProblem) in
            switch text.lowercased() {
            case "on", "true", "yes", "1": return true
            case "off", "false", "no", "0": return false
            default: throw .wrong("write on or off")
            }
        },
        write: { $0 ? "on" : "off" })
}

extension SettingForm where Value == Duration {
    /// A duration between two bounds.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(DurationText(range.lowerBound)) to \(DurationText(range.upperBound))"
        return Self(
            type: "duration", bounds: bounds, showsExample: true,
            read: { (text, _) throws(SettingProblem) in
                guard let duration = DurationText(parsing: text)?.duration, range.contains(duration) else {
                    throw .wrong("write a duration, \(bounds)")
                }
                return duration
            },
            write: { "\(DurationText($0))" })
    }
}

extension SettingForm where Value == Int {
    /// A whole number between two bounds.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        return Self(
            type: "number", bounds: bounds,
            read: { (text, _) throws(SettingProblem) in
                let isDigits = text.utf8.allSatisfy(\.isASCIIDigit)
                guard isDigits, let number = Int(text), range.contains(number) else {
                    throw .wrong("write a number, \(bounds)")
                }
                return number
            },
            write: { "\($0)" })
    }
}
