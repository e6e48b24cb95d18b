internal import EventLoop

/// A variable of the environment with the name of no setting, that begins like one, or resembles `DATABASE_URL` or `REDIS_URL`. It
/// has no effect, and may be misspelt.
struct UnknownVariable: Equatable, Sendable {
    let name: String
    /// The variable that may have been meant; nil if none is similar: then it may be somebody else's.
    let meant: String?

    /// A Boolean value that indicates whether the variable, or the one that may have been meant, has the prefix of settings.
    private var isOurs: Bool { [name, meant].contains { $0?.hasPrefix(SettingNames.prefix) == true } }

    /// A warning if a setting may have been meant and the variable is hardly another program's, else a note.
    var finding: Finding {
        let fact = "\(PrintableText.of(name)) in the environment is no setting, and has no effect"
        guard let meant else { return .note(fact) }
        guard isOurs else { return .note(fact, "did you mean \(meant)?") }
        return .warning(fact, "did you mean \(meant)?")
    }

    /// Returns the variables of an environment, in order. An empty value counts as none.
    static func all(in environment: [String: String]) -> [UnknownVariable] {
        environment.sorted { $0.key < $1.key }.compactMap { name, value in
            guard !value.isEmpty, !SettingNames.all.contains(name), !isOfService(name, value) else { return nil }
            guard SettingNames.beginsLikePrefix(name) else {
                // Next to the setting itself it is another program's.
                guard let meant = SettingNames.bareName(resembling: name), !SettingNames.isSet(meant, in: environment)
                else { return nil }
                return UnknownVariable(name: name, meant: meant)
            }
            let variable = UnknownVariable(name: name, meant: SettingNames.meant(by: name))
            // With a misspelt prefix it has to resemble a whole name.
            return variable.isOurs ? variable : nil
        }
    }

    /// Returns whether Kubernetes, which gives each pod the addresses of the services of its namespace, has made the variable
    /// for a service with a name such as `authfcgi` or `authfcgi-metrics`.
    private static func isOfService(_ name: String, _ value: String) -> Bool {
        let words = name.split(separator: "_")
        let isAddress = ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) }
        if words.last == "PORT", isAddress { return true }
        return zip(words.dropFirst(), words.dropFirst(2)).contains { word, next in
            switch word {
            case "SERVICE": next == "HOST" || next == "PORT"
            case "PORT": next.utf8.allSatisfy(\.isASCIIDigit)
            default: false
            }
        }
    }
}

extension SettingsSources {
    /// The variables of the environment that resemble settings and are none.
    var unknownVariables: [UnknownVariable] { UnknownVariable.all(in: environment) }
}
