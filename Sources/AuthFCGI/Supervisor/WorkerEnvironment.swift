/// The environment of worker processes.
enum WorkerEnvironment {
    /// What systemd says to the supervisor alone.
    private static let ofSystemd = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// The supervisor's environment with all settings in it, and nothing else that is a setting. What libpq, OpenSSL
    /// and the C library read goes through.
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
