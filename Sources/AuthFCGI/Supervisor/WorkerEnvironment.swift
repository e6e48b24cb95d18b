/// The environment of worker processes.
enum WorkerEnvironment {
    /// The variables that systemd sets for the supervisor alone.
    private static let ofSystemd = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// Returns the supervisor's environment with `settings` in place of all its setting variables. Other variables,
    /// such as those of libpq, OpenSSL and the C library, are passed on.
    static func with(_ settings: Settings, over environment: [String: String]) -> [String: String] {
        var result = environment
        for name in ofSystemd { result[name] = nil }
        for setting in SettingTable.all {
            result[setting.name] = nil
            if let name = setting.fileName { result[name] = nil }
        }
        return result.merging(settings.environment()) { $1 }
    }
}
