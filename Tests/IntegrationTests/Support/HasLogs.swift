/// What has processes that write logs, such as a pod.
protocol HasLogs: AnyObject, Sendable {
    /// The logs by name. They must not contain secrets.
    var logs: [String: String] { get }
}
