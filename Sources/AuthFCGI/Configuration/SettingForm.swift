internal import EventLoop

/// How the value of a setting is written, and what a text means.
struct SettingForm<Value: Sendable>: Sendable {
    /// In a few words, for help texts.
    let type: String
    /// The bounds of a duration or a number.
    var bounds: String?
    /// Whether nobody may see the text.
    var isSecret = false
    /// Whether the default is shown to whoever writes something else.
    var showsExample = false
    /// What a text, which is not empty, means.
    let read: @Sendable (String, SettingsSources.Host) throws(SettingProblem) -> Value
    /// The text that means a value; nil for a value that was left to the start.
    let write: @Sendable (Value) -> String?
}

extension SettingForm {
    /// What `form` takes, or nil when nobody gives a text.
    static func optional<Wrapped>(_ form: SettingForm<Wrapped>) -> Self where Value == Wrapped? {
        Self(
            type: form.type, bounds: form.bounds, isSecret: form.isSecret,
            read: { (text, host) throws(SettingProblem) in try form.read(text, host) },
            write: { $0.flatMap(form.write) })
    }

    /// What `form` takes, or off, which is nil.
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
    /// - Parameter right: what would be right, for one that it does not.
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
    /// A text that must not be seen.
    static func secret(
        _ type: String, _ read: @escaping @Sendable (String) throws(SettingProblem) -> Value,
        reveal: @escaping @Sendable (Value) -> String?
    ) -> Self {
        Self(
            type: type, isSecret: true,
            read: { (text, _) throws(SettingProblem) in
                guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                    throw .unfit("has a line break or another control character in it; remove it")
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
    /// A length of time between two bounds.
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
                let isDigits = text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
                guard isDigits, let number = Int(text), range.contains(number) else {
                    throw .wrong("write a number, \(bounds)")
                }
                return number
            },
            write: { "\($0)" })
    }
}
