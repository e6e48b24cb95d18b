import TestSupport
import Testing

/// The endpoints for the user's own sessions, through nginx with the shipped files.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct SessionEndpointsTests {
    private static let password = "a-password-for-ann"
    private static let shared = SharedSite {
        let site = try Site(
            pods: 2, extra: HostileSurroundings.configuration, listeners: [HostileSurroundings.listener])
        try site.pod.gate.addUser("ann", password: password)
        return site
    }
    private static let sockets = [nil, HostileSurroundings.listener]
    private let site: Site
    private let one: Pod
    private let two: Pod

    init() throws {
        site = try Self.shared.get()
        (one, two) = (site.pods[0], site.pods[1])
    }

    private func logIn(_ headers: (String, String)..., more: String = "", socket: String? = nil) throws -> HTTPAnswer {
        RunRecord.note(secret: Self.password)
        let body = #"{"username":"ann","password":"\#(Self.password)"\#(more)}"#
        let answer = try one.client(socket).post("/auth/login", body, headers: headers)
        if let token = try object(answer)["token"]?.text { RunRecord.note(secret: token) }
        return answer
    }

    private func list(_ headers: (String, String)..., socket: String? = nil) throws -> [[String: JSONValue]] {
        let answer = try two.client(socket).get("/auth/sessions", headers: headers)
        #expect(answer.status == 200 && answer.headers["Cache-Control"] == "no-store")
        guard case .objects(let sessions) = try object(answer)["sessions"] else { return [] }
        return sessions
    }

    private func expectEnded(_ token: String) throws {
        for pod in [one, two] {
            try eventually("the session has ended", within: .seconds(1)) {
                try pod.client().get("/api/page", headers: [bearer(token)]).status == 401
            }
        }
    }

    private func expectLive(_ token: String) throws {
        for pod in [one, two] { #expect(try pod.client().get("/api/page", headers: [bearer(token)]).status == 200) }
    }

    @Test(arguments: sockets)
    func `the list passes nginx, and a listed session is ended with Bearer or cookie`(socket: String?) throws {
        let tokens = try (0..<3).map { number in
            let answer = try logIn(("User-Agent", "browser \(number)"), socket: socket)
            return try #require(try object(answer)["token"]?.text)
        }
        let sessions = try list(cookie(tokens[0]), socket: socket)
        let own = sessions.prefix(3)
        #expect(own.map { $0["user_agent"] } == [.text("browser 2"), .text("browser 1"), .text("browser 0")])
        #expect(own.map { $0["current"] } == [.flag(false), .flag(false), .flag(true)])
        let ids = own.compactMap { $0["id"]?.text }

        let client = one.client(socket)
        let byBearer = try client.request("DELETE", "/auth/sessions/\(ids[0])", headers: [bearer(tokens[0])])
        #expect(byBearer.status == 204)
        try expectEnded(tokens[2])
        let foreign = try client.request("DELETE", "/auth/sessions/\(ids[1])", headers: [cookie(tokens[0])])
        #expect(foreign.status == 403)
        try expectLive(tokens[1])
        let proof = ("Origin", "http://localhost")
        let byCookie = try client.request("DELETE", "/auth/sessions/\(ids[1])", headers: [cookie(tokens[0]), proof])
        #expect(byCookie.status == 204 && byCookie.headers["Set-Cookie"] == nil)
        try expectEnded(tokens[1])
        try expectLive(tokens[0])
        let itself = try client.request("DELETE", "/auth/sessions/\(ids[2])", headers: [cookie(tokens[0]), proof])
        #expect(itself.status == 204)
        #expect(itself.headers["Set-Cookie"] == GateProcess.expiredCookie)
        try expectEnded(tokens[0])
    }

    @Test(arguments: sockets)
    func `the gate's refusals pass nginx unchanged`(socket: String?) throws {
        let token = try one.signIn("bob")
        let id = try #require(try list(bearer(token)).first?["id"]?.text)
        let client = one.client(socket)
        for (method, path, headers, status) in [
            ("GET", "/auth/sessions", [], 401), ("POST", "/auth/sessions", [bearer(token)], 405),
            ("GET", "/auth/sessions/\(id)", [bearer(token)], 405), ("DELETE", "/auth/sessions/\(id)", [], 401),
            ("DELETE", "/auth/sessions/", [bearer(token)], 404),
            ("DELETE", "/auth/sessions/x.php", [bearer(token)], 404),
            ("DELETE", "/auth/sessions/00000000-0000-4000-8000-000000000000", [bearer(token)], 404),
        ] {
            let answer = try client.request(method, path, headers: headers)
            #expect(answer.status == status, "\(method) \(path): \(answer.text)")
            #expect(try object(answer)["error"]?.text != nil)
            let allow = status == 405 ? (path == "/auth/sessions" ? "GET, HEAD" : "DELETE") : nil
            #expect(answer.headers["Allow"] == allow, "\(method) \(path)")
        }
        try expectLive(token)
    }

    @Test(arguments: sockets)
    func `a logout of others keeps this session, and a login that replaces it ends it`(socket: String?) throws {
        let (mine, other) = try (one.signIn("carol"), one.signIn("carol"))
        let answer = try one.client(socket).post("/auth/logout?others=1", "", headers: [bearer(mine)])
        #expect(answer.status == 204)
        try expectEnded(other)
        try expectLive(mine)
        let replaced = try logIn(cookie(mine), more: #","remember":true"#, socket: socket)
        #expect(replaced.status == 200)
        try expectEnded(mine)
        let token = try #require(try object(replaced)["token"]?.text)
        let everywhere = try one.client(socket).post("/auth/logout?all=1", "", headers: [bearer(token)])
        #expect(everywhere.status == 204)
        try expectEnded(token)
    }
}
