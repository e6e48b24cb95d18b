/// What is true of a Redis server, as far as the user may ask for it.
package struct RedisFindings: Sendable {
    /// A command of the gate that the server refuses.
    package struct Refusal: Equatable, Sendable {
        package let command: String
        /// The server's text.
        package let reason: String
    }

    /// The product and its version, such as `Redis 7.0.15`.
    package internal(set) var version: String?
    /// The commands that a gate sends and that are refused here.
    package internal(set) var refusals: [Refusal] = []
    /// The maximum memory in bytes, 0 for no limit.
    package internal(set) var maxMemory: Int?
    /// What is done when that is reached: `maxmemory-policy`.
    package internal(set) var evictionPolicy: String?
    /// Whether it writes a file of all changes (`appendonly`).
    package internal(set) var appendsToFile: Bool?
    /// Whether it saves all data from time to time (`save`).
    package internal(set) var saves: Bool?

    /// Takes the fields of an answer to INFO.
    mutating func take(info text: String) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        if let valkey = fields["valkey_version"] {
            version = "Valkey \(valkey)"
        } else if let redis = fields["redis_version"] {
            version = "Redis \(redis)"
        }
        if let bytes = fields["maxmemory"] { maxMemory = Int(bytes) }
        if let policy = fields["maxmemory_policy"] { evictionPolicy = String(policy) }
        if let appends = fields["aof_enabled"] { appendsToFile = appends == "1" }
    }
}
