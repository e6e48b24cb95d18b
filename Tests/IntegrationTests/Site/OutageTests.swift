import Glibc
import TestSupport
import Testing

/// While no store can determine whether a session is valid, no request is accepted and no user is logged out.
@Suite(.serialized, .leavesCleanLogs) struct OutageTests {
    private static func expectUnavailable(_ answer: HTTPAnswer, _ what: String) throws {
        #expect(answer.status == 503, "\(what)")
        #expect(answer.headers["Retry-After"].flatMap { Int($0) } != nil, "\(what)")
        #expect(answer.headers["Cache-Control"] == "no-store", "\(what)")
        #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true, "\(what)")
        #expect(try object(answer)["error"] == .text("unavailable"), "\(what)")
    }

    /// Expects the page that browsers get, which tries again by itself. The language of `Browser` is German.
    private static func expectPage(_ answer: HTTPAnswer, _ what: String) {
        #expect(answer.status == 503, "\(what)")
        #expect(answer.headers.all("Content-Type") == ["text/html; charset=utf-8"], "\(what)")
        #expect(answer.headers["Retry-After"] != nil && answer.headers["Cache-Control"] == "no-store", "\(what)")
        #expect(answer.text.contains("lang=\"de\"") && answer.text.contains("http-equiv=\"refresh\""), "\(what)")
    }

    private static let login = #"{"username":"ann","password":"whatever-it-is"}"#

    @Test(.overBothProtocols)
    func `without the gate the response is 503 everywhere, and open pages stay open`() throws {
        let site = try HostileSurroundings.site()
        let pod = site.pod
        let token = try pod.signIn()
        for socket in [nil, HostileSurroundings.listener] {
            #expect(try pod.client(socket).get("/page", headers: [bearer(token)]).status == 200)
        }
        pod.gate.kill()
        for socket in [nil, HostileSurroundings.listener] {
            let client = pod.client(socket)
            for headers in [[], [bearer(token)], [cookie(token)]] {
                for path in ["/", "/api/page", "/page.html"] {
                    try Self.expectUnavailable(try client.get(path, headers: headers), path)
                }
                try Self.expectUnavailable(try client.get("/auth/me", headers: headers), "/auth/me")
            }
            try Self.expectUnavailable(try client.post("/auth/login", Self.login), "/auth/login")
            let logout = try client.post("/auth/logout", "", headers: [bearer(token)])
            try Self.expectUnavailable(logout, "/auth/logout")
            for path in ["/", "/page.html", "/auth/login", "/auth/account"] {
                Self.expectPage(try client.get(path, headers: Browser.request(token)), path)
            }
        }
        #expect(try pod.client().get("/public/page").status == 200)
        try pod.gate.start()
        for socket in [nil, HostileSurroundings.listener] {
            #expect(try pod.client(socket).get("/page", headers: [bearer(token)]).status == 200)
        }
    }

    @Test func `without PostgreSQL the response is 503 everywhere, and sessions are valid again afterwards`() throws {
        // A pod for each protocol, so that there is one outage for both.
        let site = try HostileSurroundings.site()
        let overHTTP = try GateProtocol.$current.withValue(.http) {
            try Pod(
                in: site.folder, name: "http", server: site.postgreSQL, extra: HostileSurroundings.configuration,
                listeners: [HostileSurroundings.listener])
        }
        let token = try site.pod.signIn()
        try site.postgreSQL.stop()
        for pod in [site.pod, overHTTP] {
            for socket in [nil, HostileSurroundings.listener] {
                let client = pod.client(socket)
                for (path, credentials) in [
                    ("/", cookie(token)), ("/api/page", bearer(token)), ("/auth/me", bearer(token)),
                ] {
                    try Self.expectUnavailable(try client.get(path, headers: [credentials]), path)
                }
                try Self.expectUnavailable(try client.post("/auth/login", Self.login), "/auth/login")
                let logout = try client.post("/auth/logout", "", headers: [bearer(token)])
                try Self.expectUnavailable(logout, "/auth/logout")
            }
            // A request without a token is unauthenticated, regardless of the store.
            #expect(try pod.client().get("/api/page").status == 401)
            #expect(try pod.client().get("/public/page").status == 200)
        }
        try site.postgreSQL.start()
        for pod in [site.pod, overHTTP] {
            try eventually("the session counts again", log: pod.gate.log) {
                let status = try pod.client().get("/api/page", headers: [bearer(token)]).status
                #expect([200, 503].contains(status))
                return status == 200
            }
        }
    }

    @Test(.overBothProtocols, arguments: [2, 1])
    func `no request fails when a worker is killed under load, even the only one`(workers count: Int) throws {
        let site = try Site(workers: count)
        let pod = site.pod
        let token = try pod.signIn()
        let load = LoadGenerator(pod.entry, threads: 4, keepsAlive: false) { _ in
            LoadRequest("GET", "/api/page", headers: [bearer(token)])
        }
        try load.waitForRequests(100)
        for round in 1...3 {
            let victim = try #require(try pod.gate.workers.first)
            kill(victim, SIGKILL)
            // A worker logs this when it has its store, and serves from then on.
            try eventually("another worker serves in its place", within: .seconds(5), log: pod.gate.log) {
                let serving = pod.gate.log.split(separator: "Using database for session storage").count - 1
                let workers = try pod.gate.workers
                return serving == count + round && workers.count == count && !workers.contains(victim)
            }
            try load.waitForRequests(200)
        }
        let report = load.stop()
        #expect(report.errorCount == 0 && report.statuses.keys.sorted() == [200], "\(report)")
        #expect(report.samples.count > 700)
        #expect(try pod.gate.workers.count == count)
    }

    @Test(.overBothProtocols) func `the gate stops cleanly on request, and loses no request in flight`() throws {
        let site = try Site()
        let token = try site.pod.signIn()
        #expect(try site.pod.client().get("/api/page", headers: [bearer(token)]).status == 200)
        let workers = try site.pod.gate.workers
        #expect(workers.count == 2)
        #expect(try site.pod.gate.stop() == .code(0))
        #expect(workers.allSatisfy { !ProcessInspector($0).exists })
        #expect(!site.pod.gate.endpoint.isListening)
    }
}
