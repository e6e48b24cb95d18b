import Glibc
import TestSupport
import Testing

/// What clients see while the database or the gate is away: through all fronts at once, so that each outage is made and
/// waited for once. Each test ends when the session counts again behind all of them.
extension FrontTests {
    @Test func `without the database the answer is 503 with a time to come back, and nobody is signed out`() throws {
        let row = try Self.row.get()
        let token = try row.signIn()
        let loads = row.sites.map { $0.load(token, threads: 1, pause: .milliseconds(20)) }
        for load in loads { try load.waitForRequests(3) }
        try row.server.stop()
        for site in row.sites {
            for (method, body) in [("GET", nil), ("POST", "x")] as [(String, String?)] {
                try eventually("it cannot be told any more behind \(site.front.rawValue)") {
                    let answer = try site.client().request(
                        method, "/page", headers: [bearer(token)], body: body.map { Array($0.utf8) })
                    #expect([200, 503].contains(answer.status), "\(site.front.rawValue)")
                    guard answer.status == 503 else { return false }
                    #expect(answer.headers["Retry-After"] != nil, "\(site.front.rawValue)")
                    return true
                }
            }
            // Without a token there is nothing to tell, and open pages ask nobody.
            #expect(try site.client().get("/page").status == 401, "\(site.front.rawValue)")
            #expect(try site.client().get("/public/page").status == 200, "\(site.front.rawValue)")
        }
        try row.server.start()
        try row.waitForSession(token)
        for (site, load) in zip(row.sites, loads) {
            let report = load.stop()
            let isExpected = report.errorCount == 0 && report.statuses.keys.sorted() == [200, 503]
            #expect(isExpected, "\(site.front.rawValue): \(report)")
        }
    }

    @Test func `without the gate nobody gets in, and nobody is signed out`() throws {
        let row = try Self.row.get()
        let token = try row.signIn()
        row.gate.kill()
        // A worker that is dying takes connections for a moment, and what becomes of those is another matter.
        try eventually("nobody listens any more") { !row.gate.endpoint.isListening }
        // Some fronts wait for the gate for 2 s and more.
        let requests = row.sites.flatMap { site in
            [[], [bearer(token)], [cookie(token)]].map { headers in (site: site, headers: headers) }
        }
        let answers = try concurrently(requests) { try $0.site.client().get("/page", headers: $0.headers) }
        for (request, answer) in zip(requests, answers) {
            let front = request.site.front
            #expect(front.statusesWithoutGate.contains(answer.status), "\(front.rawValue): \(answer)")
            #expect(answer.headers["X-App"] == nil, "\(front.rawValue)")
        }
        for site in row.sites {
            #expect(try site.client().get("/public/page").status == 200, "\(site.front.rawValue)")
        }
        // Until the gate is back, and while it starts, nobody is told that the session has ended.
        let loads = row.sites.map { $0.load(token, threads: 1, pause: .milliseconds(20)) }
        try row.gate.start()
        try row.waitForSession(token)
        for (site, load) in zip(row.sites, loads) {
            let report = load.stop()
            let possible = site.front.statusesWithoutGate.union([200, 503])
            let isExpected = report.errorCount == 0 && possible.isSuperset(of: report.statuses.keys)
            #expect(isExpected, "\(site.front.rawValue): \(report)")
        }
    }

    @Test func `a restart of the gate signs nobody out, and the death of a worker loses no check`() throws {
        let row = try Self.row.get()
        let token = try row.signIn()
        // Fourteen threads that pause: more would only wait for the processor.
        let loads = row.sites.map { $0.load(token, threads: 2, pause: .milliseconds(5)) }
        for load in loads { try load.waitForRequests(30, within: .seconds(20)) }
        for _ in 1...2 {
            let victim = try #require(try row.gate.workers.first)
            kill(victim, SIGKILL)
            try eventually("another worker is there", log: row.gate.log) {
                let workers = try row.gate.workers
                return workers.count == 2 && !workers.contains(victim)
            }
            for load in loads { try load.waitForRequests(30, within: .seconds(20)) }
        }
        for (site, load) in zip(row.sites, loads) {
            let report = load.stop()
            let possible: Set = site.front.asksTwice ? [200] : [200, 500, 503]
            let isExpected = report.errorCount == 0 && possible.isSuperset(of: report.statuses.keys)
            #expect(isExpected, "\(site.front.rawValue): \(report)")
            #expect(report.statuses[200, default: 0] > 60, "\(site.front.rawValue): \(report)")
        }

        let again = row.sites.map { $0.load(token, threads: 2, pause: .milliseconds(5)) }
        for load in again { try load.waitForRequests(20, within: .seconds(20)) }
        let start = ContinuousClock.now
        #expect(try row.gate.stop() == .code(0))
        try row.gate.start()
        // The fronts that wait do so for 2 s and more. A machine that is busy may need longer for a restart.
        let isQuick = ContinuousClock.now - start < .milliseconds(1200)
        try row.waitForSession(token)
        for (site, load) in zip(row.sites, again) {
            let report = load.stop()
            let front = site.front
            let waiting: Set = isQuick ? [200] : front.statusesWithoutGate.union([200])
            let possible: Set = front.waitsForTheGate ? waiting : [200, 500, 502, 503]
            let isExpected = report.errorCount == 0 && possible.isSuperset(of: report.statuses.keys)
            #expect(isExpected, "\(front.rawValue): \(report)")
        }
    }
}
