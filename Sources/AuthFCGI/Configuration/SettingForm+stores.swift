internal import EventLoop
internal import Sessions

extension SettingForm where Value == Secret {
    /// Any text that must not be shown.
    static func secret(_ type: String) -> Self { .secret(type, { Secret($0) }, reveal: { $0.reveal() }) }

    /// A secret that is long enough not to be guessed.
    static var sealSecret: Self {
        .secret(
            "text",
            { (text) throws(SettingProblem) in
                guard text.utf8.count >= 16 else {
                    throw .unfit("is shorter than 16 bytes; make one with: openssl rand -base64 32")
                }
                return Secret(text)
            }, reveal: { $0.reveal() })
    }

    static var databaseURL: Self {
        .secret(
            "postgresql://… or key=value pairs",
            { (text) throws(SettingProblem) in
                guard let url = DatabaseURL.normalised(text) else {
                    throw .unfit("is not a PostgreSQL connection string; \(DatabaseURL.form)")
                }
                if let problem = DatabaseURL.problem(url) { throw .unfit(problem) }
                return Secret(url)
            }, reveal: { $0.reveal() })
    }
}

extension SettingForm where Value == String {
    static var schemaName: Self {
        .text("name", "write a name of at most 63 bytes") { text in
            text.utf8.count <= 63 && !text.utf8.contains { $0 < 0x20 }
        }
    }

    static var redisKeyPrefix: Self {
        .text("text", "write 1 to 64 printable ASCII characters, without spaces and braces") { text in
            // A cluster puts all keys with the same word in braces on one server.
            let isPlain = text.utf8.allSatisfy { byte in
                byte.isASCIIVisible && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "}")
            }
            return isPlain && (1...64).contains(text.utf8.count)
        }
    }
}

/// The address of Redis: the URL as it was given, and the location parsed from it.
struct RedisAddress: Sendable {
    let url: Secret
    let location: RedisLocation
}

extension SettingForm where Value == RedisAddress {
    static var redisURL: Self {
        .secret(
            "redis://…, rediss://… or unix://…",
            { (text) throws(SettingProblem) in
                do throws(RedisURLProblem) {
                    return RedisAddress(url: Secret(text), location: try RedisLocation(parsing: text))
                } catch {
                    throw .unfit("is not a valid Redis URL: \(error)")
                }
            }, reveal: { $0.url.reveal() })
    }
}
