import TestSupport
import Testing

@testable import Sessions

/// The throttle's limits for one address, and its rows.
@Suite struct AddressThrottleTests {
    /// Sends attempts, each with an unknown name of its own, and returns the number of allowed ones.
    private func guess(_ count: Int, from address: String?, _ stores: ThrottledStores) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<count {
                group.addTask {
                    let name = "\(address ?? "-") \(number)"
                    return try await stores.fail(name, userID: nil, from: address, on: number % stores.pods.count)
                        == nil
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    /// Expects a hundred allowed attempts. Another one is allowed a second after the last, which a slow machine may
    /// reach.
    private func expectAHundred(from address: String, _ stores: ThrottledStores) async throws {
        let start = ContinuousClock.now
        let count = try await guess(150, from: address, stores)
        let seconds = Int((ContinuousClock.now - start).components.seconds)
        #expect(count >= 100 && count <= 100 + seconds, "\(count) of \(address) in \(seconds) s")
    }

    @Test func `an address may try a hundred names at once, and two hundred per hour`() async throws {
        let stores = try await ThrottledStores(4)
        try await expectAHundred(from: "192.0.2.1", stores)
        let waits = try await [stores.fail("zoe", userID: nil), stores.fail("eve", userID: nil)]
        #expect(waits.contains(1), "\(waits)")
        try await expectAHundred(from: "192.0.2.2", stores)
        #expect(try await guess(150, from: nil, stores) == 150, "no address, no limit by address")
        try stores.database.psql(
            """
            UPDATE login_throttle SET failed_at = ARRAY(
                SELECT clock_timestamp() - n * interval '10 seconds' FROM generate_series(200, 1, -1) n)
            WHERE cardinality(failed_at) >= 100
            """)
        try stores.age(by: "25 seconds")
        #expect(try #require(try await stores.fail("zoe", userID: nil)) > 1500)
    }

    @Test func `a refused attempt adds no row`() async throws {
        let stores = try await ThrottledStores(2)
        _ = try await guess(100, from: "192.0.2.1", stores)
        let rows = try stores.failures()
        #expect(rows == [100] + Array(repeating: 1, count: 100))
        #expect(try await guess(50, from: "192.0.2.1", stores) == 0)
        #expect(try stores.failures() == rows)
    }

    @Test func `a known user is not delayed by others at the same address`() async throws {
        let stores = try await ThrottledStores()
        try await stores.signIn()
        guard case .allowed(let reservation) = try await stores.ask() else {
            Issue.record("the first attempt is free")
            return
        }
        try await stores.pods[0].store.release(reservation)
        _ = try await guess(100, from: "192.0.2.1", stores)
        #expect(try await stores.fail("bob", userID: "2") == 1)
        #expect(try await stores.fail() == nil)
        try await stores.signIn()
    }

    @Test
    func `addresses of one IPv6 network count as one, and so do both notations of an IPv4 address`() async throws {
        let stores = try await ThrottledStores()
        for (address, same, other) in [
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"),
            ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.3"),
        ] {
            _ = try await guess(100, from: address, stores)
            #expect(try await stores.fail("zoe", userID: nil, from: same) == 1)
            #expect(try await stores.fail("zoe", userID: nil, from: other) == nil)
        }
        try await stores.signIn(from: "2001:db8::1")
        try stores.setFailures(20)
        #expect(try await stores.fail(from: "2001:db8::2") == nil)
        #expect(try await stores.fail(from: "2001:db8:0:1::1") == 30)
    }

    @Test func `a text that is not an address counts as none`() async throws {
        let stores = try await ThrottledStores()
        #expect(try await guess(101, from: "unix:", stores) == 101)
        try await stores.signIn(from: "unix:")
        try stores.setFailures(20)
        #expect(try await stores.fail(from: "unix:") == 30)
    }

    @Test func `names and addresses cannot be read from the table`() async throws {
        var keys: [String] = []
        for _ in 0..<2 {
            let stores = try await ThrottledStores()
            _ = try await stores.fail("my secret password", userID: nil)
            keys += try stores.database.psql("SELECT encode(key, 'hex') FROM login_throttle").split(separator: "\n")
                .map(String.init)
            let known = try stores.database.psql(
                "SELECT count(*) FROM login_throttle WHERE key IN (sha256('my secret password'), sha256('name:my secret password'))"
            )
            #expect(known == "0")
        }
        #expect(keys.count == 4)
        #expect(Set(keys).count == 4, "each database has a key of its own")
    }

    @Test func `expired rows are removed by the clean-up`() async throws {
        let stores = try await ThrottledStores()
        try await stores.signIn()
        #expect(try await stores.fail() == nil, "a failure at a known address, which remains known")
        #expect(try await guess(90, from: "192.0.2.1", stores) == 90)
        try stores.age(by: "50 minutes")
        #expect(try await guess(5, from: "192.0.2.5", stores) == 5)
        try stores.age(by: "11 minutes")
        let rows = "SELECT count(*), count(succeeded_at) FROM login_throttle"
        #expect(try stores.database.psql(rows) == "100|1")
        // In batches that skip locked rows.
        #expect(try stores.database.psql("SELECT remove_expired_login_throttle(40)") == "40")
        let cleaning = try await stores.database.store { $0.cleanupInterval = .seconds(1) }
        try eventually("all that have expired are gone") { try stores.database.psql(rows) == "7|1" }
        await cleaning.store.close()
        #expect(!cleaning.log.text.contains("warning"), "\(cleaning.log.text)")
        try stores.age(by: "90 days")
        #expect(try stores.database.psql("SELECT remove_expired_login_throttle(40)") == "7")
    }

    @Test func `attempts on the same users from the same addresses never deadlock`() async throws {
        let stores = try await ThrottledStores(6)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask {
                    let pod = number % 6
                    let userID = [nil, "1", "2"][number / 6 % 3]
                    let admission = try await stores.ask(
                        "name \(number % 5)", userID: userID, from: "192.0.2.\(number % 4)", on: pod)
                    guard case .allowed(let reservation) = admission else { return }
                    if userID == "1", let ann = try await stores.pods[pod].store.user(id: "1") {
                        _ = try await stores.pods[pod].store.createAccessToken(
                            for: ann, origin: SessionOrigin(), settling: reservation)
                    } else {
                        try await stores.pods[pod].store.release(reservation)
                    }
                }
            }
            try await group.waitForAll()
        }
        for pod in stores.pods { #expect(!pod.log.text.contains("failed"), "\(pod.log.text)") }
        // All reservations were settled.
        #expect(try stores.failures().max() == 0)
    }

    @Test func `failures survive a restart of the database`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let pod = try await TestStore.start(server.url(database: "postgres"))
        for _ in 0..<10 { _ = try await pod.store.reserveLogin(username: "ann", userID: nil, from: nil) }
        try server.psql("UPDATE login_throttle SET failed_at[10] = clock_timestamp() + interval '10 minutes'")
        try server.restart()
        try await TestStore.waitUntilReachable(pod.store)
        let admission = try await pod.store.reserveLogin(username: "ann", userID: nil, from: nil).admission
        guard case .refused = admission else {
            Issue.record("let through: \(admission)")
            return
        }
    }
}
