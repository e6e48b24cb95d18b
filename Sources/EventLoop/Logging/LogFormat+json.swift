internal import Logging

extension LogFormat {
    /// The keys that every object has. A field of one of these names gets another.
    private static let common: Set<String> = ["level", "message"]

    /// Returns a JSON object in one line. `event` is the event of an audit line, `condition` for a condition that begins,
    /// lasts or ends, and else `log`.
    static func jsonLine(
        _ level: Logger.Level, _ message: String, _ fields: [String: String], _ time: LogTime
    ) -> String {
        var fields = fields
        let moment = fields.removeValue(forKey: "time") ?? time.text
        let event = fields.removeValue(forKey: "event") ?? (fields["condition"] == nil ? "log" : "condition")
        var members = [
            ("time", moment), ("level", level.rawValue), ("event", event), ("message", message),
        ]
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            members.append((common.contains(key) ? "field_" + key : key, value))
        }
        return "{" + members.map { JSONString.of($0.0) + ":" + JSONString.of($0.1) }.joined(separator: ",") + "}"
    }
}
