import EventLoop
import Testing

@testable import Sessions

/// The meaning of each form of a REDIS_URL.
@Suite struct RedisLocationTests {
    private static func server(
        _ host: String, _ port: UInt16 = 6379, user: String? = nil, password: String? = nil, database: Int = 0,
        usesTLS: Bool = false
    ) -> RedisLocation {
        RedisLocation(
            deployment: .server(.tcp(host: host, port: port)),
            credentials: password.map { RedisCredentials(username: user, password: $0) }, database: database,
            usesTLS: usesTLS)
    }

    private static func socket(
        _ path: String, user: String? = nil, password: String? = nil, database: Int = 0
    ) -> RedisLocation {
        RedisLocation(
            deployment: .server(.unix(path: path)),
            credentials: password.map { RedisCredentials(username: user, password: $0) }, database: database,
            usesTLS: false)
    }

    private static func several(
        _ deployment: RedisLocation.Deployment, user: String? = nil, password: String? = nil, database: Int = 0,
        usesTLS: Bool = false
    ) -> RedisLocation {
        RedisLocation(
            deployment: deployment, credentials: password.map { RedisCredentials(username: user, password: $0) },
            database: database, usesTLS: usesTLS)
    }

    // MARK: One server

    @Test(arguments: [
        ("redis://redis.example.com", server("redis.example.com")),
        ("redis://redis.example.com/", server("redis.example.com")),
        ("redis://redis.example.com:6380", server("redis.example.com", 6380)),
        ("redis://127.0.0.1:1/15", server("127.0.0.1", 1, database: 15)),
        ("redis://h:65535/65535", server("h", 65535, database: 65535)),
        ("redis://h?db=3", server("h", database: 3)), ("redis://h/?db=3", server("h", database: 3)),
        ("redis://h/%31", server("h", database: 1)), ("redis://h?", server("h")),
        ("redis://my_redis", server("my_redis")),
        ("redis://[::1]", server("::1")), ("redis://[2001:DB8::7]:6380/2", server("2001:db8::7", 6380, database: 2)),
        ("redis://[::ffff:10.0.0.1]", server("::ffff:10.0.0.1")),
        ("REDIS://Host", server("host")), ("rediss://h/1", server("h", database: 1, usesTLS: true)),
        ("RedisS://h", server("h", usesTLS: true)),
    ]) func `a host, a port and a database`(_ text: String, _ expected: RedisLocation) throws {
        #expect(try RedisLocation(parsing: text) == expected)
    }

    @Test func `a lone user part is the password`() throws {
        #expect(try RedisLocation(parsing: "redis://secret@h") == Self.server("h", password: "secret"))
    }

    @Test(arguments: [
        ("redis://:secret@h", server("h", password: "secret")),
        ("redis://user:secret@h", server("h", user: "user", password: "secret")),
        ("redis://user:se:cr:et@h:1", server("h", 1, user: "user", password: "se:cr:et")),
        ("redis://us%3Aer:se%40c%2fr%3Fe%23t%25@h", server("h", user: "us:er", password: "se@c/r?e#t%")),
        ("redis://se%3Acret@h", server("h", password: "se:cret")),
        ("redis://user@example.com:secret@h", server("h", user: "user@example.com", password: "secret")),
        ("redis://:p@ss@word@h/1", server("h", password: "p@ss@word", database: 1)),
        ("redis://:a+b,c[d]@h", server("h", password: "a+b,c[d]")),
        ("redis://:%C3%A9é@h", server("h", password: "éé")), ("redis://:%0A%00@h", server("h", password: "\n\0")),
        ("redis://:@\u{301}@h", server("h", password: "@\u{301}")),
        ("rediss://:secret@[::1]:6380/1", server("::1", 6380, password: "secret", database: 1, usesTLS: true)),
    ]) func `user and password precede the last @ and are percent-decoded`(
        _ text: String, _ expected: RedisLocation
    ) throws {
        #expect(try RedisLocation(parsing: text) == expected)
    }

    // MARK: Sockets

    @Test(arguments: [
        ("unix:///run/redis.sock", socket("/run/redis.sock")),
        ("/run/redis/redis.sock", socket("/run/redis/redis.sock")),
        ("/run/redis.sock?db=2", socket("/run/redis.sock", database: 2)),
        ("redis+unix:///run/redis.sock?db=2", socket("/run/redis.sock", database: 2)),
        ("redis-socket:///r", socket("/r")), ("redis+socket:///r", socket("/r")), ("UNIX:///R", socket("/R")),
        ("unix://secret@/run/redis.sock", socket("/run/redis.sock", password: "secret")),
        ("unix://user:se/cret@/r".replacing("/cret", with: "%2Fcret"), socket("/r", user: "user", password: "se/cret")),
        ("unix:///run/my%20redis%40home.sock", socket("/run/my redis@home.sock")),
        ("/" + String(repeating: "x", count: 106), socket("/" + String(repeating: "x", count: 106))),
    ]) func `the path of a socket`(_ text: String, _ expected: RedisLocation) throws {
        #expect(try RedisLocation(parsing: text) == expected)
    }

    // MARK: Several servers

    private static let three: [ServerAddress] = [
        .tcp(host: "a", port: 26379), .tcp(host: "b", port: 26380), .tcp(host: "::1", port: 26379),
    ]

    @Test(arguments: [
        ("redis+sentinel://a,b:26380,[::1]/mymaster", several(.sentinel(three, service: "mymaster"))),
        ("redis-sentinel://a,b:26380,[::1]/mymaster/", several(.sentinel(three, service: "mymaster"))),
        (
            "redis-sentinel://a,b:26380,[::1]/my%2Fmaster/3",
            several(.sentinel(three, service: "my/master"), database: 3)
        ),
        ("redis+sentinel://a,b:26380,[::1]/m?db=3", several(.sentinel(three, service: "m"), database: 3)),
        (
            "rediss+sentinel://u:secret@a,b:26380,[::1]/m/1",
            several(.sentinel(three, service: "m"), user: "u", password: "secret", database: 1, usesTLS: true)
        ),
        ("redis+sentinel://a/m", several(.sentinel([.tcp(host: "a", port: 26379)], service: "m"))),
    ]) func `sentinels and their service`(_ text: String, _ expected: RedisLocation) throws {
        #expect(try RedisLocation(parsing: text) == expected)
    }

    private static let nodes: [ServerAddress] = [.tcp(host: "a", port: 6379), .tcp(host: "b", port: 7000)]

    @Test(arguments: [
        ("redis+cluster://a,b:7000", several(.cluster(nodes))),
        ("redis-cluster://a,b:7000/0", several(.cluster(nodes))),
        ("redis+cluster://a:6379,b:7000?db=0", several(.cluster(nodes))),
        ("rediss+cluster://secret@a,b:7000", several(.cluster(nodes), password: "secret", usesTLS: true)),
        ("rediss-cluster://a,b:7000", several(.cluster(nodes), usesTLS: true)),
    ]) func `nodes of a cluster`(_ text: String, _ expected: RedisLocation) throws {
        #expect(try RedisLocation(parsing: text) == expected)
    }

    @Test func `a duplicate host is removed`() throws {
        let location = try RedisLocation(parsing: "redis+cluster://a,b:7000,A:6379,b:7000")
        #expect(location.deployment == .cluster(Self.nodes))
    }

    // MARK: Description

    @Test(arguments: [
        ("redis://:secret@redis.example.com", "redis.example.com:6379/0"),
        ("rediss://[::1]:7/3", "[::1]:7/3 with TLS"), ("/run/redis.sock", "unix:/run/redis.sock"),
        ("unix://secret@/run/redis.sock?db=4", "unix:/run/redis.sock, database 4"),
        ("redis+sentinel://user:secret@a,b/mymaster", "service mymaster by sentinels a:26379, b:26379"),
        ("redis+sentinel://a/m/2", "service m by sentinels a:26379, database 2"),
        ("rediss+cluster://secret@a,b", "cluster a:6379, b:6379 with TLS"),
    ]) func `the description has everything but the credentials`(_ text: String, _ expected: String) throws {
        #expect(try RedisLocation(parsing: text).description == expected)
    }

    @Test func `no way of printing a location shows user or password`() throws {
        let location = try RedisLocation(parsing: "redis://hidden-user:s3cr3t-in-url@h")
        let credentials = try #require(location.credentials)
        #expect(credentials.password == "s3cr3t-in-url")
        var dumped = ""
        dump(location, to: &dumped)
        for text in [
            "\(location)", String(reflecting: location), dumped, "\(credentials)", String(reflecting: credentials),
            "\([credentials])", "\(location.credentials as Any)",
        ] {
            #expect(!text.contains("s3cr3t-in-url") && !text.contains("hidden-user"), "\(text)")
        }
    }
}
