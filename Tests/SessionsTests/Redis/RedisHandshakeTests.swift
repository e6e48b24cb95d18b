import EventLoop
import Testing

@testable import Sessions

/// The steps of a new connection, and the judgement of their replies.
@Suite struct RedisHandshakeTests {
    private let probe = RedisKeySpace(prefix: "authfcgi:").probe(.together)

    private func location(_ credentials: RedisCredentials? = nil, database: Int = 0) -> RedisLocation {
        RedisLocation(
            deployment: .server(.unix(path: "/r")), credentials: credentials, database: database, usesTLS: false)
    }

    private func words(_ handshake: RedisHandshake) -> [String] {
        handshake.steps.map { step in
            String(decoding: step.command.bytes, as: UTF8.self)
                .split(separator: "\r\n").filter { !$0.hasPrefix("*") && !$0.hasPrefix("$") }.joined(separator: " ")
        }
    }

    private func error(_ text: String) -> RedisReply { .error(RedisServerError(text)) }
    private func string(_ text: String) -> RedisReply { .string(Array(text.utf8)) }

    // MARK: Steps

    @Test func `the steps follow from the location, with the probe as the last`() {
        let password = RedisCredentials(username: nil, password: "sesame")
        let user = RedisCredentials(username: "ann", password: "sesame")
        let cases: [(RedisLocation, Bool, [String])] = [
            (location(), false, ["MGET authfcgi:probe"]),
            (location(), true, ["ROLE", "MGET authfcgi:probe"]),
            (location(database: 7), false, ["SELECT 7", "MGET authfcgi:probe"]),
            (location(password), false, ["AUTH sesame", "MGET authfcgi:probe"]),
            (
                location(user, database: 65_535), true,
                ["AUTH ann sesame", "SELECT 65535", "ROLE", "MGET authfcgi:probe"]
            ),
        ]
        for (location, mustBePrimary, expected) in cases {
            let handshake = RedisHandshake(location, probe: probe, mustBePrimary: mustBePrimary)
            #expect(words(handshake) == expected)
        }
        #expect(
            words(RedisHandshake(authenticatingBy: location(user, database: 7), ignoresRefusedAuthentication: true))
                == ["AUTH ann sesame"])
        #expect(RedisHandshake(authenticatingBy: location(), ignoresRefusedAuthentication: false).steps.isEmpty)
    }

    // MARK: Replies

    enum Verdict { case goesOn, refused, confused }

    private func verdict(_ handshake: RedisHandshake, _ step: RedisHandshake.Step, _ reply: RedisReply) -> Verdict? {
        switch handshake.objection(to: reply, at: step) {
        case nil: .goesOn
        case .refused: .refused
        case .confusion: .confused
        case .connection, .deadline: nil
        }
    }

    @Test func `each step accepts, refuses or does not understand a reply`() {
        let handshake = RedisHandshake(location(), probe: probe, mustBePrimary: true)
        let single = RedisKeySpace(prefix: "authfcgi:").probe(.single)
        let replies:
            [(
                RedisReply, authenticate: Verdict, select: Verdict, role: Verdict, single: Verdict, together: Verdict
            )] = [
                (.status("OK"), .goesOn, .goesOn, .confused, .confused, .confused),
                (.null, .confused, .confused, .confused, .goesOn, .confused),
                (string(""), .confused, .confused, .confused, .goesOn, .confused),
                (string("x"), .confused, .confused, .confused, .goesOn, .confused),
                (.integer(1), .confused, .confused, .confused, .confused, .confused),
                (
                    .array([string("master"), .integer(0), .array([])]),
                    .confused, .confused, .goesOn, .confused, .confused
                ),
                (.array([string("slave"), string("10.0.0.2")]), .confused, .confused, .refused, .confused, .confused),
                (.array([string("sentinel")]), .confused, .confused, .refused, .confused, .goesOn),
                (.array([.null]), .confused, .confused, .confused, .confused, .goesOn),
                (.array([.null, .null]), .confused, .confused, .confused, .confused, .confused),
                (.array([.integer(1)]), .confused, .confused, .confused, .confused, .confused),
                (.array([string("x")]), .confused, .confused, .confused, .confused, .goesOn),
                (.array([]), .confused, .confused, .confused, .confused, .confused),
                (error("WRONGPASS invalid username-password pair"), .refused, .refused, .refused, .refused, .refused),
                (error("NOAUTH Authentication required."), .refused, .refused, .refused, .refused, .refused),
                (error("ERR DB index is out of range"), .refused, .refused, .refused, .refused, .refused),
                (error("LOADING Redis is loading the dataset"), .refused, .refused, .refused, .refused, .refused),
                (error("NOPERM no permissions"), .refused, .refused, .refused, .refused, .refused),
                (error("ERR max number of clients reached"), .refused, .refused, .refused, .refused, .refused),
                // A cluster's node need not serve the probe's slot, and a value of another type under its key does not
                // matter.
                (error("MOVED 1 10.0.0.1:6379"), .refused, .refused, .refused, .goesOn, .refused),
                (error("CLUSTERDOWN Hash slot not served"), .refused, .refused, .refused, .goesOn, .refused),
                (error("CLUSTERDOWN The cluster is down"), .refused, .refused, .refused, .refused, .refused),
                (error("WRONGTYPE Operation against a key"), .refused, .refused, .refused, .goesOn, .refused),
            ]
        for (reply, authenticate, select, role, singly, together) in replies {
            let command = RedisCommand("X")
            #expect(verdict(handshake, .authenticate(command), reply) == authenticate, "\(reply) to AUTH")
            #expect(verdict(handshake, .select(command), reply) == select, "\(reply) to SELECT")
            #expect(verdict(handshake, .role(command), reply) == role, "\(reply) to ROLE")
            #expect(verdict(handshake, .probe(single), reply) == singly, "\(reply) to GET")
            #expect(verdict(handshake, .probe(probe), reply) == together, "\(reply) to MGET")
        }
    }

    @Test func `a refused AUTH can be ignored`() {
        let credentials = RedisCredentials(username: nil, password: "sesame")
        let step = RedisHandshake.Step.authenticate(RedisCommand("AUTH", "sesame"))
        let lenient = RedisHandshake(authenticatingBy: location(credentials), ignoresRefusedAuthentication: true)
        let strict = RedisHandshake(authenticatingBy: location(credentials), ignoresRefusedAuthentication: false)
        for text in ["ERR AUTH <password> called without any password configured", "WRONGPASS invalid"] {
            #expect(verdict(lenient, step, error(text)) == .goesOn)
            #expect(verdict(strict, step, error(text)) == .refused)
        }
        #expect(verdict(lenient, step, .integer(1)) == .confused)
    }

    @Test func `a refusal has the server's text, unless it repeats the password`() {
        let credentials = RedisCredentials(username: "ann", password: "open sesame")
        let handshake = RedisHandshake(location(credentials), probe: probe, mustBePrimary: false)
        let step = RedisHandshake.Step.authenticate(RedisCommand("AUTH", "ann", "open sesame"))
        #expect(
            handshake.objection(to: error("WRONGPASS invalid username-password pair"), at: step)
                == .refused("WRONGPASS invalid username-password pair"))
        // The errors of servers without AUTH, or with another name for it; the second is truncated as by Redis.
        let repeated = [
            "ERR unknown command 'AUTH', with args beginning with: 'ann' 'open sesame' ",
            "ERR unknown command `AUTH`, with args beginning with: `ann`, `open ses", "ERR what is open sesame?",
        ]
        for text in repeated {
            let reason = handshake.objection(to: error(text), at: step)?.reason
            #expect(reason.map { $0.hasPrefix("ERR") && !$0.contains("open") } == true, "\(reason ?? "no objection")")
        }
    }

    @Test func `no step shows a text with the password`() {
        let credentials = RedisCredentials(username: nil, password: "open sesame")
        let handshake = RedisHandshake(location(credentials), probe: probe, mustBePrimary: true)
        let command = RedisCommand("X")
        for step in [RedisHandshake.Step.select(command), .role(command), .probe(probe)] {
            let reason = handshake.objection(to: error("ERR what is open sesame?"), at: step)?.reason
            #expect(reason.map { $0.contains("ERR") && !$0.contains("open") } == true, "\(reason ?? "no objection")")
            // What a sentinel says to the commands of a store.
            let unknown = "ERR unknown command 'X', with args beginning with: '7' "
            #expect(handshake.objection(to: error(unknown), at: step) == .refused(unknown))
        }
    }
}
