import FoundationEssentials
import Testing

@testable import Sessions

/// Bytes from outside are accepted as a session only if they can be read completely.
@Suite struct PackedSessionCheckingTests {
    private static let texts = [
        "", "a", "ann", "Ann Ö", "größe", "名前", "👩‍👩‍👧", "e\u{301}", "\0", "a,b%20c", " a ", "\r\n", "\u{10ffff}",
        String(repeating: "n", count: 127), String(repeating: "ö", count: 64), String(repeating: "x", count: 20_000),
    ]

    private static func packed(_ identity: Identity, idleTimeout: UInt32 = 0) throws -> PackedSession {
        let session = Session(
            id: "00112233-4455-6677-8899-aabbccddeeff", identity: identity,
            createdAt: Date(timeIntervalSince1970: 1_800_000_000), expiresAt: Date(timeIntervalSince1970: 1_800_086_400)
        )
        return try #require(PackedSession(session, idleTimeout: idleTimeout))
    }

    /// Returns sessions of all shapes, the same at each call.
    private static func sessions(_ count: Int) throws -> [PackedSession] {
        var random = SeededGenerator(seed: 37)
        func text() -> String { texts[Int.random(in: 0..<texts.count, using: &random)] }
        return try (0..<count).map { number in
            let groups = number % 50 == 0 ? 100 : Int.random(in: 0...5, using: &random)
            let identity = Identity(
                userID: text(), username: text(), groups: (0..<groups).map { _ in text() }, name: text(), email: text())
            return try packed(identity, idleTimeout: UInt32.random(in: 0...UInt32.max, using: &random))
        }
    }

    /// Reads everything, and returns whether each text is within the bytes and the last one ends with them.
    private func readThrough(_ session: PackedSession) -> Bool {
        var texts = session.texts
        var end = 0
        var isInside = true
        func next() {
            let range = texts.next(in: session)
            isInside = isInside && range.lowerBound > end && range.upperBound <= session.bytes.count
            end = range.upperBound
        }
        next()
        let groups = texts.groupCount(in: session)
        for _ in 0..<groups { next() }
        for _ in 0..<3 { next() }
        let identity = session.identity
        _ = session.userKey
        _ = (session.createdAt.date, session.expiresAt.date, session.idleTimeout, session.isPlain)
        return isInside && end == session.bytes.count && identity.groups.count == groups
            && session.id.utf8.count == 36 && Session(session).identity == identity
    }

    @Test func `sessions of all shapes are accepted, byte for byte`() throws {
        for session in try Self.sessions(500) {
            // A slice of longer bytes, as in a reply.
            let bytes = [9, 9, 9] + session.bytes + [9, 9]
            let checked = try #require(PackedSession(checking: bytes[3..<bytes.count - 2]))
            #expect(checked == session && checked.identity == session.identity)
            #expect(checked.idleTimeout == session.idleTimeout)
            #expect(readThrough(checked))
        }
    }

    @Test func `truncated bytes, and bytes with an addition, are refused`() throws {
        for session in try Self.sessions(60) where session.bytes.count < 5000 {
            for count in 0..<session.bytes.count {
                #expect(PackedSession(checking: session.bytes.prefix(count)) == nil, "\(count) bytes")
            }
            for byte in [UInt8](arrayLiteral: 0, 1, 0x80, 0xff) {
                #expect(PackedSession(checking: (session.bytes + [byte])[...]) == nil)
            }
        }
    }

    @Test func `numbers that do not end or exceed the bytes are refused`() throws {
        let head = try Self.packed(Identity(userID: "", username: "")).bytes.prefix(37)
        let tails: [[UInt8]] = [
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], [0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff],
            [0x80], [0, 0xff, 0xff, 0xff, 0xff, 0x7f], [0, 4, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0, 0],
        ]
        for tail in tails { #expect(PackedSession(checking: head + tail) == nil, "\(tail)") }
        #expect(PackedSession(checking: head + [0, 0, 0, 0, 0]) != nil)
        for format in UInt8.min...UInt8.max where format != 1 && format != 2 {
            #expect(PackedSession(checking: [format] + head.dropFirst() + [0, 0, 0, 0, 0]) == nil)
        }
    }

    @Test func `accepted mutations and noise can be read completely`() throws {
        var random = SeededGenerator(seed: 20_000)
        let sessions = try Self.sessions(200).filter { $0.bytes.count < 2000 }
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = sessions[Int.random(in: 0..<sessions.count, using: &random)].bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 2: bytes[place] = [0, 1, 2, 0x7f, 0x80, 0xff][Int.random(in: 0..<6, using: &random)]
                case 3: bytes.insert(.random(in: 0...255, using: &random), at: place)
                case 4: if bytes.count > 1 { bytes.remove(at: place) }
                default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            guard let session = PackedSession(checking: bytes[...]) else { continue }
            accepted += 1
            if !readThrough(session) { Issue.record("read beyond: \(bytes)") }
        }
        // Texts may be any bytes, so many mutations are accepted.
        #expect(accepted > 2000 && accepted < 20_000, "\(accepted)")
        for _ in 0..<5000 {
            let count = Int.random(in: 0..<120, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...7, using: &random) }
            if count > 0 { bytes[0] = .random(in: 1...2, using: &random) }
            guard let session = PackedSession(checking: bytes[...]) else { continue }
            if !readThrough(session) { Issue.record("read beyond: \(bytes)") }
        }
    }
}
