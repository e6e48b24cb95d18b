import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Sessions are valid on every pod: two pods, each a gate behind nginx, with one PostgreSQL.
@Suite(.serialized, .leavesCleanLogs) struct TwoPodsTests {
    private static let shared = OncePerSuite {
        let site = try Site(pods: 2)
        try site.pods[0].gate.addUser("ann", password: password, groups: ["staff", "on-call"])
        return site
    }
    private static let password = "correct-horse-battery"

    private let site: Site
    private let one: Pod
    private let two: Pod

    init() throws {
        site = try Self.shared.get()
        (one, two) = (site.pods[0], site.pods[1])
    }

    private func logIn(on pod: Pod) throws -> String {
        let answer = try pod.logIn("ann", Self.password)
        let token = try #require(try object(answer)["token"]?.text)
        RunRecord.note(secret: token)
        return token
    }

    private func me(_ pod: Pod, _ token: String) throws -> Int {
        try pod.client().get("/auth/me", headers: [bearer(token)]).status
    }

    private func page(_ pod: Pod, _ token: String) throws -> Int {
        try pod.client().get("/api/page", headers: [bearer(token)]).status
    }

    @Test func `the response to a login has the token and its lifetime`() throws {
        let before = Date.now
        let answer = try one.logIn("ann", Self.password)
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
        #expect(answer.headers["Cache-Control"] == "no-store")
        let json = try object(answer)
        #expect(Set(json.keys) == ["token", "token_type", "user_id", "expires_at", "expires_in"])
        let token = try #require(json["token"]?.text)
        RunRecord.note(secret: token)
        #expect(token.hasPrefix("afs_") && token.utf8.count == 58)
        #expect(json["token_type"] == .text("Bearer"))
        #expect(json["expires_in"] == .number(86400))
        let expires = try Date(#require(json["expires_at"]?.text), strategy: .iso8601)
        #expect(abs(expires.timeIntervalSince(before) - 86400) < 10)
        let userID = try object(try two.client().get("/auth/me", headers: [bearer(token)]))["user_id"]
        #expect(json["user_id"] == userID)
    }

    @Test func `a session of one pod is valid on the other`() throws {
        let token = try logIn(on: one)
        for pod in [one, two] {
            let answer = try pod.client().get("/auth/me", headers: [bearer(token)])
            #expect(answer.status == 200)
            let json = try object(answer)
            #expect(json["username"] == .text("ann"))
            #expect(json["groups"] == .list(["staff", "on-call"]))
            #expect(try page(pod, token) == 200)
        }
    }

    @Test func `a wrong password and an unknown user get the same 401`() throws {
        let wrong = try one.logIn("ann", "not-the-password-of-ann")
        let unknown = try one.logIn("nobody", "not-the-password-of-ann")
        #expect(wrong.status == 401 && unknown.status == 401)
        #expect(wrong.text == unknown.text)
        #expect(wrong.headers["WWW-Authenticate"] == "Bearer")
    }

    @Test func `a logout on one pod takes effect on both`() throws {
        let token = try logIn(on: one)
        let other = try logIn(on: one)
        #expect(try page(two, token) == 200)
        #expect(try one.client().post("/auth/logout", "", headers: [bearer(token)]).status == 204)
        for pod in [one, two] {
            try expectRefused { try me(pod, token) }
            try expectRefused { try page(pod, token) }
            #expect(try page(pod, other) == 200)
        }
        // A repeated logout is no error.
        #expect(try two.client().post("/auth/logout", "", headers: [bearer(token)]).status == 204)
    }

    @Test func `a logout of all sessions ends those of the user only`() throws {
        let tokens = try [logIn(on: one), logIn(on: two), logIn(on: two)]
        let other = try one.signIn("bob")
        #expect(try two.client().post("/auth/logout?all=1", "", headers: [bearer(tokens[0])]).status == 204)
        for pod in [one, two] {
            for token in tokens { try expectRefused { try me(pod, token) } }
            #expect(try me(pod, other) == 200)
        }
    }

    @Test func `a row deleted by plain SQL ends the session on both pods`() throws {
        let token = try one.signIn("carol")
        #expect(try page(one, token) == 200 && page(two, token) == 200)
        try site.postgreSQL.psql("DELETE FROM session_tokens WHERE user_id = 'carol'")
        for pod in [one, two] {
            try eventually("the session has ended", within: .seconds(1)) { try page(pod, token) == 401 }
        }
    }

    @Test func `sessions survive a restart of PostgreSQL and of every worker`() throws {
        let token = try logIn(on: one)
        try site.postgreSQL.restart()
        for pod in site.pods {
            #expect(try pod.gate.stop() == .code(0))
            try pod.gate.start()
            #expect(try page(pod, token) == 200)
            #expect(try me(pod, token) == 200)
        }
    }

    @Test func `no session is lost by a restart of PostgreSQL`() throws {
        let token = try logIn(on: one)
        try site.postgreSQL.restart()
        for pod in site.pods {
            try eventually("the session counts again", log: pod.gate.log) {
                let status = try page(pod, token)
                #expect([200, 503].contains(status))
                return status == 200
            }
        }
    }

    @Test func `PostgreSQL never gets a token or a password`() throws {
        let token = try logIn(on: one)
        #expect(try me(two, token) == 200)
        let log = site.postgreSQL.log
        #expect(log.contains("session_tokens"))
        #expect(!log.contains(token))
        #expect(!log.contains(Self.password))
    }
}
