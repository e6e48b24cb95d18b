import Glibc
import TestSupport
import Testing

/// What clients see through each front while the database or the gate is away.
@Suite(.serialized, .leavesCleanLogs) struct FrontOutageTests {
    @Test(arguments: Front.allCases)
    func `without the database the answer is 503 with a time to come back, and nobody is signed out`(
        _ front: Front
    ) throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let site = try FrontSite(front, server: server)
        let token = try site.signIn()
        #expect(try site.client().get("/page", headers: [bearer(token)]).status == 200)
        try server.stop()
        for (method, body) in [("GET", nil), ("POST", "x")] as [(String, String?)] {
            try eventually("it cannot be told any more") {
                let answer = try site.client().request(
                    method, "/page", headers: [bearer(token)], body: body.map { Array($0.utf8) })
                #expect([200, 503].contains(answer.status))
                if answer.status == 503 { #expect(answer.headers["Retry-After"] != nil) }
                return answer.status == 503
            }
        }
        // Without a token there is nothing to tell, and open pages ask nobody.
        #expect(try site.client().get("/page").status == 401)
        #expect(try site.client().get("/public/page").status == 200)
        try server.start()
        try eventually("the session counts again", within: .seconds(20), log: site.gate.log) {
            let status = try site.client().get("/page", headers: [bearer(token)]).status
            #expect([200, 503].contains(status))
            return status == 200
        }
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: Front.allCases)
    func `without the gate nobody gets in, and nobody is signed out`(_ front: Front) throws {
        let site = try FrontSite(front)
        let token = try site.signIn()
        #expect(try site.client().get("/page", headers: [bearer(token)]).status == 200)
        site.gate.kill()
        for headers in [[], [bearer(token)], [cookie(token)]] {
            let answer = try site.client().get("/page", headers: headers)
            #expect(answer.status == front.statusWithoutGate, "\(answer)")
            #expect(answer.headers["X-App"] == nil)
        }
        #expect(try site.client().get("/public/page").status == 200)
        try site.gate.start()
        try eventually("the session counts again", log: site.log) {
            let status = try site.client().get("/page", headers: [bearer(token)]).status
            #expect([200, front.statusWithoutGate].contains(status))
            return status == 200
        }
    }

    @Test(arguments: Front.allCases)
    func `a restart of the gate signs nobody out, and the death of a worker loses no check`(_ front: Front) throws {
        let site = try FrontSite(front)
        let token = try site.signIn()
        let load = site.load(token)
        try load.waitForRequests(100)
        for _ in 1...2 {
            let victim = try #require(try site.gate.workers.first)
            kill(victim, SIGKILL)
            try eventually("another worker is there", log: site.gate.log) {
                let workers = try site.gate.workers
                return workers.count == 2 && !workers.contains(victim)
            }
            try load.waitForRequests(100)
        }
        let deaths = load.stop()
        let failures: Set<Int> = front.asksTwice ? [200] : [200, 500, 503]
        #expect(deaths.errorCount == 0 && failures.isSuperset(of: deaths.statuses.keys), "\(deaths)")
        #expect(deaths.statuses[200, default: 0] > 100, "\(deaths)")

        let again = site.load(token)
        try again.waitForRequests(100)
        #expect(try site.gate.stop() == .code(0))
        try site.gate.start()
        try eventually("checks are answered again", log: site.gate.log) {
            try site.client().get("/page", headers: [bearer(token)]).status == 200
        }
        let restart = again.stop()
        let possible: Set<Int> = front.waitsForTheGate ? [200, front.statusWithoutGate] : [200, 500, 502, 503]
        #expect(restart.errorCount == 0 && possible.isSuperset(of: restart.statuses.keys), "\(restart)")
    }
}
