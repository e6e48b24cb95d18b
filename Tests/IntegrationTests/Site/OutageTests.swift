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

    /// A gate, and the clients of two servers of an nginx that asks it over FastCGI and of one that asks it over HTTP: each
    /// outage is made and waited for once.
    private struct BothProtocols {
        let site: Site
        let pods: [Pod]
        var gate: GateProcess { site.pod.gate }
        var clients: [HTTPClient] {
            pods.flatMap { pod in [nil, HostileSurroundings.listener].map { pod.client($0) } }
        }

        init() throws {
            let both = try Site.overBothProtocols { try HostileSurroundings.site() }
            (site, pods) = (both.http, [both.fastCGI.pod, both.http.pod])
        }
    }

    @Test func `without the gate the response is 503 everywhere, and open pages stay open`() throws {
        let both = try BothProtocols()
        let token = try both.site.pod.signIn()
        for client in both.clients { #expect(try client.get("/page", headers: [bearer(token)]).status == 200) }
        both.gate.kill()
        for client in both.clients {
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
        for pod in both.pods { #expect(try pod.client().get("/public/page").status == 200) }
        try both.gate.start()
        for client in both.clients { #expect(try client.get("/page", headers: [bearer(token)]).status == 200) }
    }

    @Test func `without PostgreSQL the response is 503 everywhere, and sessions are valid again afterwards`() throws {
        let both = try BothProtocols()
        let token = try both.site.pod.signIn()
        try both.site.postgreSQL.stop()
        for client in both.clients {
            for (path, credentials) in [
                ("/", cookie(token)), ("/api/page", bearer(token)), ("/auth/me", bearer(token)),
            ] {
                try Self.expectUnavailable(try client.get(path, headers: [credentials]), path)
            }
            try Self.expectUnavailable(try client.post("/auth/login", Self.login), "/auth/login")
            let logout = try client.post("/auth/logout", "", headers: [bearer(token)])
            try Self.expectUnavailable(logout, "/auth/logout")
        }
        for pod in both.pods {
            // A request without a token is unauthenticated, regardless of the store.
            #expect(try pod.client().get("/api/page").status == 401)
            #expect(try pod.client().get("/public/page").status == 200)
        }
        try both.site.postgreSQL.start()
        for pod in both.pods {
            try eventually("the session counts again", log: both.gate.log) {
                let status = try pod.client().get("/api/page", headers: [bearer(token)]).status
                #expect([200, 503].contains(status))
                return status == 200
            }
        }
    }

    @Test(arguments: [2, 1])
    func `no request fails when a worker is killed under load, even the only one`(workers count: Int) throws {
        let both = try Site.overBothProtocols { try Site(workers: count) }
        let pod = both.http.pod
        let token = try pod.signIn()
        let loads = [both.fastCGI.pod, pod].map { pod in
            LoadGenerator(pod.entry, threads: 2, keepsAlive: false) { _ in
                LoadRequest("GET", "/api/page", headers: [bearer(token)])
            }
        }
        for load in loads { try load.waitForRequests(50) }
        for round in 1...3 {
            let victim = try #require(try pod.gate.workers.first)
            kill(victim, SIGKILL)
            // A worker logs this when it has its store, and serves from then on.
            try eventually("another worker serves in its place", within: .seconds(20), log: pod.gate.log) {
                let serving = pod.gate.log.split(separator: "Using database for session storage").count - 1
                let workers = try pod.gate.workers
                return serving == count + round && workers.count == count && !workers.contains(victim)
            }
            for load in loads { try load.waitForRequests(100) }
        }
        for (load, form) in zip(loads, [GateProtocol.fastCGI, .http]) {
            let report = load.stop()
            let isExpected = report.errorCount == 0 && report.statuses.keys.sorted() == [200]
            #expect(isExpected, "\(form.rawValue): \(report); \(pod.gate.log)")
            #expect(report.samples.count >= 350)
        }
        #expect(try pod.gate.workers.count == count)
    }

    @Test func `the gate stops cleanly on request, with connections of nginx's that are kept`() throws {
        let both = try Site.overBothProtocols { try Site() }
        let gate = both.http.pod.gate
        let token = try both.http.pod.signIn()
        for pod in [both.fastCGI.pod, both.http.pod] {
            #expect(try pod.client().get("/api/page", headers: [bearer(token)]).status == 200)
        }
        let workers = try gate.workers
        #expect(workers.count == 2)
        #expect(try gate.stop() == .code(0))
        #expect(workers.allSatisfy { !ProcessInspector($0).exists })
        #expect(!gate.endpoint.isListening && !Endpoint.unix(gate.httpSocketPath).isListening)
    }
}
