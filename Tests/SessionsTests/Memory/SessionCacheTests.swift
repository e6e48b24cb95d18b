import EventLoop
import FoundationEssentials
import Testing

@testable import Sessions

/// The cache alone, without the freshness rule.
@Suite struct SessionCacheTests {
    private func hash(_ number: Int) -> SHA256Digest { SHA256.digest(Array("\(number)".utf8).span) }

    private func snapshot(_ number: Int, name: String = "") throws -> SessionSnapshot {
        let session = Session(
            id: "00010203-0405-0607-0809-0a0b0c0d0e0f",
            identity: Identity(userID: "\(number)", username: "user\(number)", name: name), createdAt: .now,
            expiresAt: .now)
        return SessionSnapshot(
            session: try #require(PackedSession(session)), asOf: DatabaseInstant(microseconds: Int64(number)),
            origin: ServerIncarnation(startedAt: DatabaseInstant(microseconds: 0)))
    }

    private func asOf(_ cache: SessionCache, _ number: Int) -> Int64? {
        cache.find(hash(number)).flatMap { cache.snapshot($0)?.snapshot.asOf.microseconds }
    }

    @Test func `it finds what it keeps, after any order of adding, replacing and removing`() throws {
        var cache = SessionCache(entries: 500)
        var model: [Int: Int64] = [:]
        var random = SeededGenerator(seed: 42)
        for step in 0..<20_000 {
            let number = Int.random(in: 0..<400, using: &random)
            if Bool.random(using: &random) {
                let snapshot = try snapshot(step)
                #expect(cache.insert(snapshot, under: hash(number)).isEmpty)
                model[number] = Int64(step)
            } else {
                cache.remove(hash(number))
                model[number] = nil
            }
            if step % 100 == 0 {
                for number in 0..<400 { #expect(asOf(cache, number) == model[number]) }
                #expect(cache.count == model.count)
            }
        }
        for number in 0..<400 { cache.remove(hash(number)) }
        #expect(cache.count == 0 && cache.byteCount == 0)
    }

    @Test func `it never exceeds its limit, and used entries stay`() throws {
        var cache = SessionCache(entries: 100)
        for number in 0..<10 { _ = cache.insert(try snapshot(number), under: hash(number)) }
        for number in 10..<1000 {
            _ = cache.insert(try snapshot(number), under: hash(number))
            #expect(cache.count <= 100)
            for used in 0..<10 {
                let found = try #require(cache.find(hash(used)), "\(used) was lost at \(number)")
                cache.use(found)
            }
        }
        #expect(cache.count == 100)
        #expect(asOf(cache, 999) == 999)
    }

    @Test func `large sessions are limited by their bytes`() throws {
        var cache = SessionCache(entries: 100)
        let long = String(repeating: "n", count: 5000)
        for number in 0..<100 {
            _ = cache.insert(try snapshot(number, name: long), under: hash(number))
            #expect(cache.byteCount <= 100 * 512)
        }
        #expect((5...10).contains(cache.count))
        // A session that would evict all others is not stored.
        let huge = try snapshot(1000, name: String(repeating: "n", count: 40_000))
        _ = cache.insert(huge, under: hash(1000))
        #expect(cache.find(hash(1000)) == nil && cache.count > 0)
        _ = cache.insert(huge, under: hash(99))
        #expect(cache.find(hash(99)) == nil)
    }

    @Test func `a cache that is turned off stores nothing`() throws {
        var cache = SessionCache(entries: 0)
        #expect(cache.insert(try snapshot(1), under: hash(1)).isEmpty)
        #expect(cache.find(hash(1)) == nil)
    }

    @Test func `the last touch of each session is handed over once, even if the session is removed`() throws {
        var cache = SessionCache(entries: 4)
        func at(_ time: Int64) -> BootInstant { BootInstant(nanoseconds: time) }
        for number in 0..<3 { _ = cache.insert(try snapshot(number), under: hash(number)) }
        for (number, time) in [(0, 1), (1, 2), (0, 3), (2, 4)] as [(Int, Int64)] {
            cache.noteTouch(try #require(cache.find(hash(number))), at: at(time))
        }
        #expect(cache.remove(hash(2)) == SessionTouch(hash: hash(2), at: at(4)))
        _ = cache.insert(try snapshot(5), under: hash(5))
        cache.noteTouch(try #require(cache.find(hash(5))), at: at(6))
        cache.beginWriting()
        let uses = cache.takeTouches(atMost: 2) + cache.takeTouches(atMost: 2)
        #expect(
            Set(uses.map { "\($0.hash.hex) \($0.at.nanoseconds)" })
                == Set([(0, 3), (1, 2), (5, 6)].map { "\(hash($0.0).hex) \($0.1)" }))
        #expect(uses.count == 3)
        #expect(cache.takeTouches(atMost: 9).isEmpty)
        // Evicted entries hand over their touches too.
        for number in [0, 1, 5] { cache.noteTouch(try #require(cache.find(hash(number))), at: at(7)) }
        var evicted: [SessionTouch] = []
        for number in 10..<20 { evicted += cache.insert(try snapshot(number), under: hash(number)) }
        #expect(evicted.count == 3 && evicted.allSatisfy { $0.at == at(7) })
        cache.beginWriting()
        #expect(cache.takeTouches(atMost: 9).isEmpty)
    }
}

/// A random number generator with a reproducible sequence.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        // SplitMix64 (Steele, Lea and Flood 2014).
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
