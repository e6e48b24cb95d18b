/// The names of this program's connections in `pg_stat_activity`, of which PostgreSQL keeps 63 bytes.
enum ApplicationName {
    /// The maximum length of a pod's name. Of a longer one the end is kept, which differs among pods.
    private static let maxPod = 29

    /// The beginning of the names of a worker's connections. The use of the connection follows.
    static func worker(_ number: Int, on pod: String) -> String { "authfcgi \(shortened(pod)) worker \(number)" }

    /// The name of the connection of a command other than `serve`.
    static func command(on pod: String) -> String { "authfcgi \(shortened(pod)) command" }

    private static func shortened(_ pod: String) -> String { pod.isEmpty ? "-" : String(pod.suffix(maxPod)) }
}
