/// What to do about an error of Redis, by its code.
enum RedisRemedy {
    private static let remedies = [
        "CLUSTERDOWN": "start the servers that the cluster lacks, and see CLUSTER INFO",
        "LOADING": "wait until Redis has read its data",
        "MASTERDOWN": "start the primary of this replica, or name the primary in REDIS_URL",
        "MISCONF": "make room on the disk of Redis, or let it write there: its log says what failed",
        "NOAUTH": "write the password into REDIS_URL",
        "NOPERM": rights,
        "NOREPLICAS": "start the replicas of Redis, or lower min-replicas-to-write",
        "OOM": "raise maxmemory, or let Redis evict: see redis-memory",
        "READONLY": "name the primary in REDIS_URL: this server is a replica",
        "WRONGPASS": "correct the user and the password in REDIS_URL",
    ]

    /// What to do about a right that is missing.
    static let rights = "grant the user of REDIS_URL the rights that the documentation lists (ACL SETUSER)"

    /// Returns what to do about an error; nil if no code of Redis is in the text.
    /// - Parameter reason: The server's text, also after an address and a colon.
    static func of(_ reason: String) -> String? {
        reason.split { $0 == " " || $0 == ":" }.lazy.compactMap { remedies[String($0)] }.first
    }

    /// Returns the first sentence of a server's text, without the full stop.
    static func firstSentence(_ text: String) -> String {
        let sentence = text.firstRange(of: ". ").map { String(text[..<$0.lowerBound]) } ?? text
        return sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}
