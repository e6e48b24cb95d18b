import Testing

@testable import Sessions

/// Texts that are not a REDIS_URL, and their problems, which never show the password.
@Suite struct RedisURLProblemTests {
    @Test(
        arguments: [
            ("", .empty), (" redis://h", .whitespace), ("redis://h\n", .whitespace), ("redis://:a b@h", .whitespace),
            ("redis://h\u{a0}", .whitespace), ("redis://h\u{202e}", .whitespace), ("redis://h\0", .whitespace),
            ("localhost", .noScheme), ("localhost:6379", .noScheme), (":secret@h", .noScheme), ("//h", .noScheme),
            ("//h:6379", .noScheme),
            ("valkey://h", .unknownScheme), ("://h", .unknownScheme), ("http://h", .otherServer(scheme: "http")),
            ("postgresql+asyncpg://u:p@h/db", .otherServer(scheme: "postgresql")),
            ("POSTGRES://h", .otherServer(scheme: "postgres")), ("redis:h", .noSlashes(scheme: "redis")),
            ("rediss:/h", .noSlashes(scheme: "rediss")), ("unix:/run/redis.sock", .noSlashes(scheme: "unix")),
            ("redis://h#0", .fragment), ("redis://:a#b@h", .fragment), ("redis-sentinel://h/0#m", .fragmentForService),
            ("redis://:a/b@h", .misplacedAt), ("redis://:a?b@h", .misplacedAt), ("unix:///run/a@b", .misplacedAt),
            ("/run/a@b", .misplacedAt), ("redis://h?x@y=1", .misplacedAt),
            ("redis://:a%@h", .badEscape), ("redis://:a%4@h", .badEscape), ("redis://:%zz@h", .badEscape),
            ("redis://%G0:a@h", .badEscape), ("redis://h/%", .badEscape), ("unix:///%2", .badEscape),
            ("redis+sentinel://h/%2x", .badEscape), ("redis://:%ff@h", .notUTF8), ("unix:///%80", .notUTF8),
            ("redis://@h", .emptyUserInfo), ("redis://default:@h", .emptyPassword), ("redis://:@h", .emptyPassword),
            ("redis://", .emptyHost), ("redis:///0", .emptyHost), ("redis://:6379", .emptyHost),
            ("redis://u:p@", .emptyHost),
            ("redis+cluster://a,,b", .emptyHost), ("redis+cluster://a,", .emptyHost),
            ("redis+sentinel:///m", .emptyHost),
            ("redis://h$", .badHost), ("redis://höst", .badHost), ("redis://h%41", .badHost),
            ("redis://[::1]6379", .badHost),
            ("redis://" + String(repeating: "h", count: 254), .badHost), ("redis://a\\b", .badHost),
            ("redis://::1", .addressWithoutBrackets), ("redis://h:1:2", .addressWithoutBrackets),
            ("redis://[::1", .badAddress), ("redis://[h]", .badAddress), ("redis://[]", .badAddress),
            ("redis://[::1%25eth0]", .badAddress), ("redis://h:", .badPort), ("redis://h:0", .badPort),
            ("redis://h:65536", .badPort), ("redis://h:-1", .badPort), ("redis://h:+1", .badPort),
            ("redis://h:1x", .badPort),
            ("redis://h:000001", .badPort), ("redis://user:secret", .badPort), ("redis://a,b", .severalHosts),
            ("redis://a,b:1/0", .severalHosts), ("rediss://a,b", .severalHosts), ("redis://h/x", .badDatabase),
            ("redis://h/-1", .badDatabase), ("redis://h/65536", .badDatabase), ("redis://h/1.0", .badDatabase),
            ("redis://h?db=", .badDatabase), ("redis://h?db", .badDatabase), ("redis://h?db=1?", .badDatabase),
            ("/run/r?db=x", .badDatabase), ("redis://h/0?db=0", .databaseTwice),
            ("redis://h?db=0&db=0", .databaseTwice),
            ("redis+cluster://a/1", .databaseInCluster), ("redis+cluster://a?db=2", .databaseInCluster),
            ("redis://h/0/1", .longPath), ("redis://h/0/", .longPath), ("redis+sentinel://h/m/0/1", .longPath),
            ("redis+cluster://h//", .longPath), ("redis+sentinel://h", .noService), ("redis+sentinel://h/", .noService),
            ("redis+sentinel://h//0", .noService), ("redis+sentinel://h/a%0Ab", .badService),
            ("redis+sentinel://h/" + String(repeating: "m", count: 129), .badService),
            ("unix://run/redis.sock", .hostOfSocket), ("unix://:secret/run/redis.sock", .hostOfSocket),
            ("unix://", .noSocketPath), ("unix:///", .noSocketPath), ("/", .noSocketPath),
            ("unix://secret@", .noSocketPath),
            ("unix:///run/", .badSocketPath), ("unix:///run/a%00b", .badSocketPath), ("/run/a%0ab", .badSocketPath),
            ("/" + String(repeating: "x", count: 107), .longSocketPath),
            ("unix:///" + String(repeating: "%41", count: 107), .longSocketPath),
            ("redis://h?timeout=5", .unknownParameter(name: "timeout")),
            ("redis://h?DB=5", .unknownParameter(name: "DB")),
            ("/run/r?db=1&password=x", .unknownParameter(name: "password")), ("redis://h?=1", .unnamedParameter),
            ("redis://h?db=1&", .unnamedParameter), ("redis://h?hunter", .unnamedParameter),
            ("redis://h?hunter2=1", .unnamedParameter),
        ] as [(String, RedisURLProblem)]) func `each mistake has its own problem`(
            _ text: String, _ expected: RedisURLProblem
        )
    {
        #expect(throws: expected) { try RedisLocation(parsing: text) }
    }

    @Test func `problems come with advice what to write`() {
        #expect("\(RedisURLProblem.severalHosts)".contains("redis+sentinel://"))
        #expect("\(RedisURLProblem.severalHosts)".contains("redis+cluster://"))
        #expect("\(RedisURLProblem.otherServer(scheme: "http"))".contains("another kind of server (http)"))
        #expect("\(RedisURLProblem.unknownParameter(name: "timeout"))".contains("no parameter timeout"))
        #expect("\(RedisURLProblem.noSlashes(scheme: "redis"))".contains("\"redis:\""))
    }

    // MARK: Passwords

    private static let password = "s3cr3t-in-url"

    /// Malformed URLs, with `*` in the place of the password.
    static let malformed: [String] = [
        "*", "*@h", ":*@h", "u:*@h:6379/0", "*://h", "*:h", "*:*", "*://*@*:*/*?*=*#*", "redis:*@h", "redis:/*@h",
        "redis:*", "redis:// *", "redis://*\n", "redis://:*\t@h", "redis://u:*", "redis://:*", "redis://h:*",
        "redis://h:*/0", "redis://[*]", "redis://[*", "redis://[::1]*", "redis://[::1]:*", "redis://*:*:*",
        "redis://:*@", "redis://*@", "redis://:*@:6379", "redis://:*@h:0", "redis://:*@h:*", "redis://:*@h/*",
        "redis://h/*", "redis://h/0/*", "redis://h/*/0", "redis://h?*", "redis://h?*=1", "redis://h?db=*",
        "redis://h?db=1&*=2", "redis://h?db=1&db=*", "redis://h?password=*", "redis://h#*", "redis://:*#@h",
        "redis://:a#*@h", "redis://:a/*@h", "redis://:*/b@h", "redis://:a?*@h", "redis://:a?*=x@h", "redis://:*%@h",
        "redis://:%*@h", "redis://*%zz:x@h", "redis://*:@h", "redis://@*:*", "redis://:*@a,b", "redis://a,b,*:*",
        "redis+sentinel://:*@a,b", "redis+sentinel://:*@a/", "redis+sentinel://a:*/m", "redis+sentinel://a/m/*",
        "redis+sentinel://a/m#*", "redis+sentinel://a/m%0A*", "redis+cluster://:*@a/1", "redis+cluster://a/*",
        "redis+cluster://a,:*", "unix://*", "unix://:*", "unix://:*/run/r", "unix://*/run/r", "unix:///*/",
        "unix:///*@/r",
        "unix:///r?*", "unix:///r?db=*", "unix:///r#*", "unix:*", "/*/", "/*@h", "/r?*=1", "/r?db=*", "/r#*",
        "http://:*@h", "postgresql://u:*@h/*", "https+*://h", "REDIS:*", "valkey://:*@h", "redis://:*%ff@h",
        "redis://:*@h\u{202e}", "redis://:*@h%41", "redis://:*@h/%*", "redis://u:*@h$/0",
    ]

    @Test(arguments: malformed) func `no problem shows the password`(_ shape: String) throws {
        let text = shape.replacing("*", with: Self.password)
        let problem = try #require(throws: RedisURLProblem.self) { try RedisLocation(parsing: text) }
        for shown in ["\(problem)", String(reflecting: problem), "\(problem as any Error)"] {
            #expect(!shown.contains("s3cr3t"), "\(shown)")
        }
    }

    @Test func `mutated URLs are read or refused, and the user info is never shown`() {
        var generator = SeededGenerator(seed: 20_260_401)
        let urls = [
            "redis://user-in-url:s3cr3t-in-url@host:6379/0", "rediss://s3cr3t-in-url@[::1]:6380?db=1",
            "redis+sentinel://:s3cr3t-in-url@a:1,b,c:3/service/2",
            "redis+cluster://user-in-url:s3cr3t-in-url@a,b:7000/0",
            "unix://:s3cr3t-in-url@/run/redis.sock?db=3",
        ]
        let pieces: [String] = [
            ":", "/", "//", "@", "?", "#", "&", "=", "%", "%4", "%00", "%41", ",", "[", "]", " ", "\n", "\0", "é",
            "\u{301}",
            "\u{202e}", "0", "65536", "redis://", "db=", "\u{10ffff}", "\r\n", "-", "+",
        ]
        var read = 0
        var refused = 0
        for _ in 0..<30_000 {
            var text = Array((urls.randomElement(using: &generator) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0...text.count, using: &generator)
                let end = min(text.count, place + Int.random(in: 0...3, using: &generator))
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: text.removeSubrange(place..<end)
                case 1:
                    text.insert(contentsOf: text[place..<end], at: Int.random(in: 0...text.count, using: &generator))
                default:
                    text.replaceSubrange(
                        place..<(Bool.random(using: &generator) ? place : end),
                        with: (pieces.randomElement(using: &generator) ?? "").unicodeScalars)
                }
            }
            var scalars = String.UnicodeScalarView()
            scalars.append(contentsOf: text)
            let url = String(scalars)
            do throws(RedisURLProblem) {
                let location = try RedisLocation(parsing: url)
                read += 1
                // A mutated text in the place of a host or a path is shown; a password is not.
                if let credentials = location.credentials, credentials.password.contains("s3cr3t-in-url") {
                    #expect(!"\(location)".contains("s3cr3t-in-url"), "\(url)")
                }
            } catch {
                refused += 1
                #expect(!"\(error)".contains("-in-url"), "\(url)")
            }
        }
        #expect(read > 1000 && refused > 10_000, "\(read) \(refused)")
    }
}
