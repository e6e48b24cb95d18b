import TestSupport
import Testing

/// The client's address in the login throttle, through nginx with the shipped files.
@Suite(.leavesCleanLogs, .overBothProtocols) struct ClientAddressTests {
    /// A server that receives its clients' addresses from a load balancer.
    private static let balanced = """
        server {
            listen unix:@PREFIX@/balanced.sock;
            set_real_ip_from unix:;
            real_ip_header X-Balancer-Client;
            include authfcgi/verify.conf;
            include authfcgi/endpoints.conf;
            location / { include authfcgi/protect.conf; }
        }
        """

    @Test func `the client's address is the one that nginx knows, whatever the client sends`() throws {
        let site = try Site(extra: Self.balanced, listeners: ["balanced"])
        let (ann, owner, stranger) = ("a-password-for-ann", "203.0.113.7", "198.51.100.1")
        RunRecord.note(secret: ann)
        try site.pod.gate.addUser("ann", password: ann)
        let logIn = { (address: String, claims: [(String, String)]) throws -> HTTPAnswer in
            let answer = try site.pod.client("balanced").post(
                "/auth/login", #"{"username":"ann","password":"\#(ann)"}"#,
                headers: [("X-Balancer-Client", address)] + claims)
            if let token = try object(answer)["token"]?.text { RunRecord.note(secret: token) }
            return answer
        }
        #expect(try logIn(owner, []).status == 200)
        #expect(try site.postgreSQL.psql("SELECT client_ip FROM session_tokens") == owner)
        // As after failures from other addresses, the last one now.
        try site.postgreSQL.psql(
            """
            INSERT INTO login_throttle (key, failed_at, expires_at)
            SELECT login_throttle_key('user', convert_to(id, 'UTF8')),
                ARRAY(SELECT clock_timestamp() FROM generate_series(1, 20)), now() + interval '1 hour'
            FROM authfcgi_users
            """)
        let claims = [
            ("X-Forwarded-For", owner), ("X-Real-IP", owner), ("Forwarded", "for=\(owner)"), ("Remote-Addr", owner),
            ("REMOTE_ADDR", owner), ("Client-IP", owner),
        ]
        let refused = try logIn(stranger, claims)
        #expect(refused.status == 429, "\(refused)")
        #expect(refused.headers["Retry-After"].flatMap { Int($0) }.map { (1...30).contains($0) } == true)
        #expect(try object(refused)["error"]?.text == "too_many_attempts")
        #expect(try logIn(owner, []).status == 200)
    }
}
