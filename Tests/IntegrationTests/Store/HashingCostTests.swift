import TestSupport
import Testing

@testable import Sessions

/// The costs of stored hashes that workers share.
@Suite struct HashingCostTests {
    /// What a login learns of the costs that all workers have met.
    private func shared(_ stores: ThrottledStores) async throws -> HashingCost {
        try await stores.pods[0].store.reserveLogin(username: "bob", userID: nil, from: nil).highestHashingCost
    }

    private func note(_ milliseconds: Int, _ microsecondsPerByte: Int, _ bytes: Int, _ stores: ThrottledStores)
        async throws
    {
        let cost = HashingCost(
            bytes: bytes, time: .milliseconds(milliseconds), timePerByte: .microseconds(microsecondsPerByte))
        try await stores.pods[0].store.note(highestHashingCost: cost)
    }

    private func age(by interval: String, _ stores: ThrottledStores) throws {
        try stores.database.psql("UPDATE hashing_costs SET met_in = met_in - interval '\(interval)'")
    }

    @Test func `a login learns the maxima of all that was met within a day`() async throws {
        let stores = try await ThrottledStores()
        #expect(try await shared(stores) == HashingCost(time: .zero))
        try await note(300, 0, 64 << 20, stores)
        try await note(10, 50, 0, stores)
        let all = HashingCost(bytes: 64 << 20, time: .milliseconds(300), timePerByte: .microseconds(50))
        #expect(try await shared(stores) == all)
        try age(by: "24 hours", stores)
        try await note(100, 0, 0, stores)
        #expect(try await shared(stores) == all)
        try age(by: "2 hours", stores)
        #expect(try await shared(stores) == HashingCost(time: .milliseconds(100)))
        try age(by: "27 hours", stores)
        #expect(try await shared(stores) == HashingCost(time: .zero))
    }

    @Test func `old hours are removed`() async throws {
        let stores = try await ThrottledStores()
        try stores.database.psql(
            """
            INSERT INTO hashing_costs (met_in, slowest_hash)
            SELECT now() - n * interval '1 hour', '100 ms' FROM unnest('{24,47,49,1000}'::integer[]) n
            """)
        try await note(100, 0, 0, stores)
        #expect(try stores.database.psql("SELECT count(*) FROM hashing_costs") == "3")
    }

    @Test func `an operator's cost stays, and a wrong clock's does not count`() async throws {
        let stores = try await ThrottledStores()
        try stores.database.psql(
            """
            INSERT INTO hashing_costs (met_in, slowest_hash)
            VALUES ('infinity', '300 ms'), (now() + interval '1 year', '900 ms')
            """)
        try await note(100, 0, 0, stores)
        #expect(try await shared(stores) == HashingCost(time: .milliseconds(300)))
        try stores.database.psql("DELETE FROM hashing_costs")
        #expect(try await shared(stores) == HashingCost(time: .zero))
    }
}
