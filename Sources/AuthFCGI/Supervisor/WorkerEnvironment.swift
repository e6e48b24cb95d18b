/// The environment of worker processes, and the secrets that are not in it.
enum WorkerEnvironment {
    /// The variables that systemd sets for the supervisor alone.
    private static let ofSystemd = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// The names of the variables with secrets: settings, and the password that libpq takes from its environment.
    static let secretNames = SettingTable.all.filter(\.isSecret).map(\.name) + [libpqPassword]

    /// The one secret that a worker needs in its own environment, for libpq.
    static let libpqPassword = "PGPASSWORD"

    /// Returns the supervisor's environment with `settings` in place of all its setting variables, without secrets.
    /// Other variables, such as those of libpq, OpenSSL and the C library, are passed on.
    static func with(_ settings: Settings, over environment: [String: String]) -> [String: String] {
        var result = environment
        for name in ofSystemd { result[name] = nil }
        for setting in SettingTable.all {
            result[setting.name] = nil
            if let name = setting.fileName { result[name] = nil }
        }
        return result.merging(settings.environment()) { $1 }.filter { !secretNames.contains($0.key) }
    }

    /// Returns the secrets among `settings` and in the supervisor's environment, and the operator's own pages.
    static func secrets(of settings: Settings, _ environment: [String: String]) -> WorkerSecrets {
        var values = settings.environment().filter { secretNames.contains($0.key) }
        values[libpqPassword] = environment[libpqPassword]
        values.merge(settings.ownPages.passed) { own, _ in own }
        return WorkerSecrets(values)
    }
}
