import EventLoop
import Testing

@testable import Sessions

/// The replies in which servers report about themselves and others.
@Suite struct RedisReplyTests {
    private let asked = ServerAddress.tcp(host: "10.0.0.1", port: 6379)

    private func text(_ text: String) -> RedisReply { .string(Array(text.utf8)) }

    // MARK: Errors

    @Test(arguments: [
        ("MOVED 1 a:1", "MOVED"), ("ERR unknown command", "ERR"), ("LOADING", "LOADING"),
        ("NOAUTH Authentication", "NOAUTH"),
        ("", "ERR"), (" MOVED", "ERR"), ("moved 1 a:1", "ERR"), ("MO\u{1b}VED 1", "ERR"), ("Ünknown", "ERR"),
        (String(repeating: "A", count: 33), "ERR"),
    ]) func `an error's code is its first word`(_ text: String, _ code: String) {
        #expect(RedisServerError(text).code == code)
    }

    @Test func `an error is shown in one short line`() {
        #expect("\(RedisServerError("ERR no such key"))" == "ERR no such key")
        let hostile = RedisServerError("ERR \r\n\u{1b}[2J\0\u{85}\u{202e}\u{2028}x")
        #expect("\(hostile)" == "ERR ???[2J????x")
        let combined = RedisServerError(String(repeating: "e\u{301}", count: 100_000))
        #expect("\(combined)".unicodeScalars.count == 200)
        #expect("\(RedisProtocolProblem.refused(command: "ROLE", hostile))" == "ROLE was refused: ERR ???[2J????x")
    }

    // MARK: Redirections

    private func redirection(_ text: String) -> RedisRedirection? {
        RedisRedirection(RedisServerError(text), askedFrom: asked)
    }

    @Test(
        arguments: [
            (
                "MOVED 3999 127.0.0.1:6381", RedisRedirection.Kind.moved, 3999,
                ServerAddress.tcp(host: "127.0.0.1", port: 6381)
            ),
            ("ASK 0 redis-2.example.com:65535", .ask, 0, .tcp(host: "redis-2.example.com", port: 65535)),
            ("MOVED 16383 ::1:6380", .moved, 16383, .tcp(host: "::1", port: 6380)),
            ("MOVED 1 2001:DB8::7:6380", .moved, 1, .tcp(host: "2001:db8::7", port: 6380)),
            ("MOVED 1 :6380", .moved, 1, .tcp(host: "10.0.0.1", port: 6380)),
            ("ASK 1 ?:6380", .ask, 1, nil),
        ] as [(String, RedisRedirection.Kind, Int, ServerAddress?)]) func `a redirection has a kind, a slot and a node`(
            _ text: String, _ kind: RedisRedirection.Kind, _ slot: Int, _ address: ServerAddress?
        ) throws
    {
        let found = try #require(redirection(text))
        #expect(found.kind == kind && found.slot.number == slot && found.address == address)
    }

    @Test(arguments: [
        "", "MOVED", "MOVED 1", "MOVED 1 a", "MOVED 1 a:", "MOVED 1 a:0", "MOVED 1 a:65536", "MOVED 1 a:6x",
        "MOVED 1 a:+1",
        "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED x a:1", "MOVED  1 a:1", "MOVED 1 a:1 b", "MOVED 1 a:1 ",
        "moved 1 a:1",
        "ERR 1 a:1", "MOVED 1 a\nb:1", "MOVED 1 a/b:1", "MOVED 1 [::1]:1", "MOVED 1 a:b:1", "MOVED 1 a\0:1",
        "MOVED 1 ü:1",
        "MOVED 99999999999999999999 a:1", "MOVED 1 " + String(repeating: "a", count: 254) + ":1", "ASKING 1 a:1",
    ]) func `any other error is not a redirection`(_ text: String) {
        #expect(redirection(text) == nil)
    }

    @Test func `the address is unknown if a node on a unix socket does not know its host`() throws {
        let error = RedisServerError("MOVED 1 :6380")
        let redirection = try #require(RedisRedirection(error, askedFrom: .unix(path: "/r")))
        #expect(redirection.address == nil)
    }

    // MARK: ROLE

    @Test func `the first word of ROLE is the role`() throws {
        let primary = RedisReply.array([text("master"), .integer(3129), .array([])])
        #expect(try RedisRole(primary) == .primary)
        let replica = RedisReply.array([
            text("slave"), text("10.0.0.2"), .integer(6379), text("connected"), .integer(1),
        ])
        #expect(try RedisRole(replica) == .replica)
        #expect(try RedisRole(.array([text("sentinel"), .array([text("mymaster")])])) == .sentinel)
    }

    @Test(
        arguments: [
            .null, .status("master"), .integer(1), .array([]), .array([.null]), .array([.integer(1)]),
            .array([.string(Array("Master".utf8))]), .array([.array([.string(Array("master".utf8))])]),
        ] as [RedisReply]) func `any other reply to ROLE is a problem`(_ reply: RedisReply) throws
    {
        let problem = try #require(throws: RedisProtocolProblem.self) { try RedisRole(reply) }
        #expect("\(problem)".contains("ROLE"))
    }

    @Test func `a refused ROLE is a problem with the server's text`() {
        let error = RedisServerError("NOPERM this user has no permissions")
        #expect(throws: RedisProtocolProblem.refused(command: "ROLE", error)) { try RedisRole(.error(error)) }
    }

    // MARK: Sentinels

    @Test func `a sentinel reports host and port, or does not know the service`() throws {
        let answer = try RedisSentinelAnswer(.array([text("10.0.0.2"), text("6380")]))
        #expect(answer == .primary(.tcp(host: "10.0.0.2", port: 6380)))
        #expect(
            try RedisSentinelAnswer(.array([text("::1"), text("1")])) == .primary(.tcp(host: "::1", port: 1)))
        #expect(try RedisSentinelAnswer(.null) == .unknownService)
    }

    @Test(arguments: [
        ["10.0.0.2"], [], ["10.0.0.2", "6380", "x"], ["", "6380"], ["?", "6380"], ["a b", "6380"], ["a", "0"],
        ["a", "x"],
        ["a", "65536"], ["a\0", "1"],
    ]) func `any other list is a problem`(_ words: [String]) {
        #expect(throws: RedisProtocolProblem.self) { try RedisSentinelAnswer(.array(words.map { text($0) })) }
    }

    @Test(
        arguments: [
            .status("OK"), .integer(6379), .string([]), .error(RedisServerError("IDONTKNOW")),
            .array([.string([97]), .integer(6379)]), .array([.null, .null]),
        ] as [RedisReply]) func `anything but a list is a problem`(_ reply: RedisReply)
    {
        #expect(throws: RedisProtocolProblem.self) { try RedisSentinelAnswer(reply) }
    }
}
