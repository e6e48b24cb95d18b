internal import Sessions

/// What a check of the installation has found: a fact, and what to do about it.
struct Finding: Equatable, Sendable {
    enum Weight: Equatable, Sendable {
        /// All is well.
        case fine
        /// Nothing was looked at, since something that it needs is missing.
        case skipped
        /// Not a problem, but maybe not intended.
        case note
        /// Something works worse than it could, or will fail one day.
        case warning
        /// Something does not work, or is open.
        /// - Parameter exitCode: The exit code of a command that fails for this reason.
        case error(exitCode: Int32)
    }

    let weight: Weight
    /// The fact: a sentence without a full stop, and without secrets.
    let text: String
    /// What to do about it; nil if the text says all there is to say.
    let remedy: String?

    private init(_ weight: Weight, _ text: String, _ remedy: String?) {
        self.weight = weight
        self.text = text
        self.remedy = remedy
    }

    static func fine(_ text: String) -> Finding { Finding(.fine, text, nil) }

    static func skipped(_ text: String) -> Finding { Finding(.skipped, text, nil) }

    static func note(_ text: String, _ remedy: String? = nil) -> Finding { Finding(.note, text, remedy) }

    static func warning(_ text: String, _ remedy: String? = nil) -> Finding { Finding(.warning, text, remedy) }

    static func error(
        _ text: String, _ remedy: String? = nil, exitCode: Int32 = CommandFailure.configurationCode
    ) -> Finding {
        Finding(.error(exitCode: exitCode), text, remedy)
    }

    /// The failure of PostgreSQL or of the connection to it.
    static func error(_ failure: PostgreSQLError) -> Finding {
        let (text, exitCode) = CommandFailure.explain(failure)
        switch failure {
        case .unusable, .notReady:
            // The text has the fact, a colon, and what to do.
            guard let colon = text.ranges(of: ": ").last else { return .error(text, exitCode: exitCode) }
            return .error(
                String(text[..<colon.lowerBound]), String(text[colon.upperBound...]), exitCode: exitCode)
        case .server, .connection, .unsent, .replacement, .refused, .deadline, .confusion, .unreadable:
            return .error(text, exitCode: exitCode)
        }
    }

    /// The fact and what to do, in one sentence without a full stop.
    var sentence: String { remedy.map { "\(text): \($0)" } ?? text }

    /// Returns the finding with what to do about it, if it is a problem.
    func with(remedy: String?) -> Finding {
        switch weight {
        case .fine, .skipped, .note: self
        case .warning, .error: Finding(weight, text, remedy)
        }
    }

    /// The exit code of an error; nil for anything else.
    var exitCode: Int32? { if case .error(let code) = weight { code } else { nil } }
}
