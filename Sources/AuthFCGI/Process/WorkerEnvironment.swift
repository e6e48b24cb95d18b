/// The environment of worker processes.
enum WorkerEnvironment {
    /// What systemd says to the supervisor alone.
    private static let ofSystemd = [
        "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// How many freed pieces of each size glibc keeps at hand. libfcgi takes one a parameter, some forty a request, and
    /// with the usual seven a batch of requests spends a fifth of its time in malloc's slower paths.
    private static let allocatorTunables = (name: "GLIBC_TUNABLES", value: "glibc.malloc.tcache_count=2000")

    /// The supervisor's environment with all settings in it, and nothing else that is a setting. What libpq, OpenSSL
    /// and the C library read goes through.
    static func with(_ settings: Settings, over environment: [String: String]) -> [String: String] {
        var result = environment
        for name in ofSystemd { result[name] = nil }
        for setting in Setting.all {
            result[setting.name] = nil
            if let name = setting.fileName { result[name] = nil }
        }
        // What an operator has set wins.
        if result[allocatorTunables.name] == nil { result[allocatorTunables.name] = allocatorTunables.value }
        return result.merging(settings.environment()) { $1 }
    }
}
