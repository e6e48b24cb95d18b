import Synchronization
import TestSupport
import Testing

/// The limits of the shipped nginx files for the requests of one client.
@Suite(.leavesCleanLogs) struct ClientLimitTests {
    /// A server that has its clients' addresses from a load balancer.
    private static let balanced = """
        server {
            listen unix:@PREFIX@/balanced.sock;
            set_real_ip_from unix:;
            real_ip_header X-Balancer-Client;
            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            location / {
                include authfcgi/protect.conf;
                proxy_pass http://unix:@APP@:;
            }
        }
        """
    private static let shared = SharedSite { try Site(workers: 1, extra: balanced, listeners: ["balanced"]) }
    /// With an nginx of this test's own: it counts from the beginning.
    private let pod: Pod

    init() throws {
        pod = try Pod(beside: Self.shared.get().pod, name: "limits\(UInt32.random(in: 0 ... .max))")
    }

    /// A login without a body, which the gate refuses without any work.
    private func ask(from address: String?, _ path: String = "/auth/login") throws -> HTTPAnswer {
        guard let address else { return try pod.client().post(path, "") }
        return try pod.client("balanced").post(path, "", headers: [("X-Balancer-Client", address)])
    }

    /// Asks until nginx refuses; returns how often the gate has answered.
    private func exhaust(_ address: String, _ path: String = "/auth/login") throws -> (count: Int, refused: HTTPAnswer)
    {
        for count in 0..<20_000 {
            let answer = try ask(from: address, path)
            if answer.status == 429 { return (count, answer) }
        }
        throw SupportError.unexpected("nginx refuses nothing", log: "")
    }

    @Test(.overBothProtocols)
    func `a hundred logins at once are answered, and a client that sends more gets 429 with a time to come back`()
        throws
    {
        let (count, refused) = try exhaust("192.0.2.1")
        #expect(count >= 100)
        #expect(refused.headers["Retry-After"] == "1" && refused.headers["Cache-Control"] == "no-store")
        #expect(refused.headers["Content-Type"] == "application/json")
        #expect(try object(refused)["error"]?.text == "too_many_requests")
        // The limit lets one more through from time to time, but not a hundred as for a client that begins.
        for path in ["/auth/password", "/auth/reset"] {
            let (count, refused) = try exhaust("192.0.2.1", path)
            #expect(count < 50, "what has a password has one limit")
            #expect(refused.headers["Retry-After"] == "1", "\(refused)")
        }
        #expect(try ask(from: "192.0.2.2").status != 429)
        #expect(try ask(from: "192.0.2.1", "/auth/logout").status == 204, "the others have their own")
    }

    @Test func `pages without a password have a higher limit`() throws {
        #expect(try exhaust("192.0.2.1", "/auth/logout").count >= 500)
        #expect(try ask(from: "192.0.2.2", "/auth/logout").status == 204)
    }

    @Test(arguments: [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
        ("2001:db8:a0a:a0a::1", "2001:db8:a0a:a0a:ffff::2", "2001:db8:a0a:b0b::1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2"),
    ])
    func `a client is an IPv4 address or the first half of an IPv6 address`(
        address: String, same: String, other: String
    ) throws {
        _ = try exhaust(address)
        // In a row, as one more is let through every twentieth of a second.
        #expect(try (0..<5).contains { _ in try ask(from: same).status == 429 })
        for _ in 0..<5 { #expect(try ask(from: other).status != 429) }
    }

    @Test func `the networks of an IPv6 site have twice the limit of one together`() throws {
        let site = "2001:db8:a0a"
        var refusedAfter: Int?
        for number in 0..<20_000 where refusedAfter == nil {
            // No network comes near its own limit.
            let answer = try ask(from: "\(site):\(String(number % 1000, radix: 16))::1")
            if answer.status == 429 { refusedAfter = number }
        }
        let count = try #require(refusedAfter)
        #expect(count >= 200)
        #expect(try (0..<5).contains { _ in try ask(from: "\(site):ffff::1", "/auth/password").status == 429 })
        #expect(try ask(from: "\(site):ffff::1", "/auth/logout").status == 204, "the others have their own")
        for other in ["2001:db8:a0b::1", "192.0.2.2", "::ffff:192.0.2.3"] {
            for _ in 0..<5 { #expect(try ask(from: other).status != 429) }
        }
    }

    @Test func `IPv4 clients of a socket for both protocols have no limit together`() throws {
        for number in 0..<500 { #expect(try ask(from: "::ffff:198.51.100.\(number % 250)").status != 429) }
    }

    @Test func `clients of a unix socket have no limit`() throws {
        for _ in 0..<300 { #expect(try ask(from: nil).status != 429) }
    }

    @Test(.overBothProtocols) func `checks have no limit`() throws {
        let token = try pod.signIn()
        _ = try exhaust("192.0.2.1")
        for _ in 0..<300 {
            let answer = try pod.client("balanced").get(
                "/page", headers: [bearer(token), ("X-Balancer-Client", "192.0.2.1")])
            #expect(answer.status == 200)
        }
    }

    @Test func `a client may have fifty logins under way`() throws {
        try pod.gate.addUser("ann", password: "a-password-for-ann")
        let answers = Mutex<[String]>([])
        let (pod, listener) = (self.pod, "balanced")
        let threads = (0..<90).map { number in
            JoinableThread {
                do {
                    let answer = try pod.client(listener).post(
                        "/auth/login", #"{"username":"name \#(number)","password":"wrong"}"#,
                        headers: [("X-Balancer-Client", "192.0.2.9")])
                    let error = try object(answer)["error"]?.text ?? ""
                    answers.withLock { $0.append(error) }
                } catch {
                    Issue.record(error)
                }
            }
        }
        for thread in threads { thread.join() }
        let errors = answers.withLock { $0 }
        #expect(errors.contains("too_many_requests"))
        #expect(errors.count { $0 != "too_many_requests" } >= 50, "\(errors)")
        #expect(try ask(from: "192.0.2.2").status == 400)
    }
}
