import FoundationEssentials
import Testing

@testable import Sessions

/// A value in Redis is a snapshot only if a worker sealed it for the same session.
@Suite struct SnapshotSealTests {
    private let hash = SHA256.digest(Array("token".utf8).span)
    private let otherHash = SHA256.digest(Array("another token".utf8).span)

    /// A key as the database returns it.
    private static func key(_ generation: UInt8, _ byte: UInt8) -> [UInt8] {
        [0, 0, 0, generation] + [UInt8](repeating: byte, count: 32)
    }

    /// - Parameter accepted: The keys, first the one for new seals.
    private func keys(_ accepted: [[UInt8]] = [key(1, 7)], secret: Secret? = nil) throws -> SealKeys {
        try #require(SealKeys(packed: accepted.flatMap(\.self), secret: secret))
    }

    private func snapshot(name: String = "Ann Ö", groups: [String] = ["staff", "größe"]) throws -> SessionSnapshot {
        let identity = Identity(
            userID: "42", username: "ann", groups: groups, name: name, email: "ann@example.com")
        let session = Session(
            id: "00112233-4455-6677-8899-aabbccddeeff", identity: identity,
            createdAt: DatabaseInstant(microseconds: 800_000_000_000_000).date,
            expiresAt: DatabaseInstant(microseconds: 800_086_400_000_000).date)
        return SessionSnapshot(
            session: try #require(PackedSession(session, idleTimeout: 1800)),
            asOf: DatabaseInstant(microseconds: 800_000_123_456_789),
            origin: ServerIncarnation(startedAt: DatabaseInstant(microseconds: -5)))
    }

    private func isSame(_ opened: SessionSnapshot?, _ snapshot: SessionSnapshot) -> Bool {
        opened?.session == snapshot.session && opened?.asOf == snapshot.asOf && opened?.origin == snapshot.origin
    }

    @Test func `a sealed snapshot is opened completely`() throws {
        let keys = try keys()
        for groups in [[], ["a"], [String](repeating: "g", count: 100)] {
            let snapshot = try snapshot(groups: groups)
            let bytes = SnapshotSeal.seal(snapshot, on: hash, with: keys)
            #expect(bytes.count == 21 + snapshot.session.bytes.count + 16)
            #expect(isSame(SnapshotSeal.open(bytes, on: hash, with: keys), snapshot))
        }
    }

    @Test func `a snapshot of any time and origin is restored`() throws {
        let keys = try keys()
        for microseconds in [Int64.min, -1, 0, 1, .max] {
            let instant = DatabaseInstant(microseconds: microseconds)
            let snapshot = SessionSnapshot(
                session: try self.snapshot().session, asOf: instant, origin: ServerIncarnation(startedAt: instant))
            let bytes = SnapshotSeal.seal(snapshot, on: hash, with: keys)
            #expect(isSame(SnapshotSeal.open(bytes, on: hash, with: keys), snapshot))
        }
    }

    @Test func `a change of any bit is detected`() throws {
        // Generation 3 differs from 1 in one bit, and is known: the code must detect that too.
        let keys = try keys([Self.key(1, 7), Self.key(3, 7)])
        let sealed = SnapshotSeal.seal(try snapshot(), on: hash, with: keys)
        #expect(SnapshotSeal.open(sealed, on: hash, with: keys) != nil)
        for index in sealed.indices {
            for bit in 0..<8 {
                var bytes = sealed
                bytes[index] ^= 1 << UInt8(bit)
                #expect(SnapshotSeal.open(bytes, on: hash, with: keys) == nil, "bit \(bit) of byte \(index)")
            }
        }
    }

    @Test func `a seal is valid for its session alone`() throws {
        let keys = try keys()
        let bytes = SnapshotSeal.seal(try snapshot(), on: hash, with: keys)
        #expect(SnapshotSeal.open(bytes, on: otherHash, with: keys) == nil)
        for index in 0..<32 {
            var near = hash.bytes
            near[index] ^= 1
            let other = SHA256Digest(near.span)
            #expect(SnapshotSeal.open(bytes, on: try #require(other), with: keys) == nil)
        }
    }

    @Test func `another key of the same generation does not open it, nor the same key of another generation`() throws {
        let bytes = SnapshotSeal.seal(try snapshot(), on: hash, with: try keys())
        #expect(SnapshotSeal.open(bytes, on: hash, with: try keys([Self.key(1, 8)])) == nil)
        #expect(SnapshotSeal.open(bytes, on: hash, with: try keys([Self.key(2, 7)])) == nil)
    }

    @Test func `without the secret, or with another one, it is not opened`() throws {
        let secrets: [Secret?] = [nil, "correct horse battery", "correct horse batterz", ""]
        let sealed = try secrets.prefix(3).map {
            SnapshotSeal.seal(try snapshot(), on: hash, with: try keys(secret: $0))
        }
        for (index, bytes) in sealed.enumerated() {
            for (other, secret) in secrets.prefix(3).enumerated() {
                let opened = SnapshotSeal.open(bytes, on: hash, with: try keys(secret: secret))
                #expect((opened != nil) == (index == other))
            }
            // Nor with the secret and another key of the database.
            #expect(
                SnapshotSeal.open(bytes, on: hash, with: try keys([Self.key(1, 8)], secret: secrets[index])) == nil)
        }
    }

    @Test func `keys that cannot be read are no keys`() {
        let key = Self.key(1, 7)
        for packed in [[], Array(key.dropLast()), key + [0], key + Array(key.dropLast())] {
            #expect(SealKeys(packed: packed, secret: nil) == nil)
        }
        let large = SealKeys(packed: [255, 255, 255, 254] + key.dropFirst(4), secret: nil)
        #expect(large?.sealing.generation == 4_294_967_294 && large?.key(4_294_967_294) != nil && large?.key(1) == nil)
    }

    @Test func `snapshots of the former key can be opened as long as it is accepted`() throws {
        let (old, new) = (Self.key(1, 7), Self.key(2, 9))
        let snapshot = try snapshot()
        let before = SnapshotSeal.seal(snapshot, on: hash, with: try keys([old]))
        let both = try keys([new, old])
        #expect(isSame(SnapshotSeal.open(before, on: hash, with: both), snapshot))
        let after = SnapshotSeal.seal(snapshot, on: hash, with: both)
        #expect(after[1] == 2 && after != before)
        #expect(isSame(SnapshotSeal.open(after, on: hash, with: both), snapshot))
        // Workers that know the key and do not use it for new seals yet.
        #expect(isSame(SnapshotSeal.open(after, on: hash, with: try keys([old, new])), snapshot))
        #expect(SnapshotSeal.open(after, on: hash, with: try keys([old])) == nil)
        #expect(SnapshotSeal.open(before, on: hash, with: try keys([new])) == nil)
    }

    @Test func `a value of another length is refused`() throws {
        let keys = try keys()
        let sealed = SnapshotSeal.seal(try snapshot(), on: hash, with: keys)
        for count in 0..<sealed.count {
            #expect(SnapshotSeal.open(Array(sealed.prefix(count)), on: hash, with: keys) == nil, "\(count)")
        }
        #expect(SnapshotSeal.open(sealed + [0], on: hash, with: keys) == nil)
        #expect(SnapshotSeal.open([0] + sealed, on: hash, with: keys) == nil)
        #expect(SnapshotSeal.open(sealed + sealed, on: hash, with: keys) == nil)
    }

    @Test func `an unknown format is refused, even with a valid code`() throws {
        let keys = try keys()
        let sealed = SnapshotSeal.seal(try snapshot(), on: hash, with: keys)
        for format in UInt8.min...UInt8.max where format != 1 {
            var bytes = sealed.dropLast(16)
            bytes[0] = format
            let code = keys.sealing.authenticator.code(hash, bytes.span)
            bytes += code.bytes.prefix(16)
            #expect(SnapshotSeal.open(Array(bytes), on: hash, with: keys) == nil, "format \(format)")
        }
    }

    @Test func `an invalid session is refused, even with a valid code`() throws {
        let keys = try keys()
        let header = SnapshotSeal.seal(try snapshot(), on: hash, with: keys).prefix(21)
        let contents: [[UInt8]] = [[], [0], [1], [UInt8](repeating: 1, count: 37), [UInt8](repeating: 255, count: 100)]
        for content in contents {
            let bytes = Array(header) + content
            let code = keys.sealing.authenticator.code(hash, bytes.span)
            #expect(SnapshotSeal.open(bytes + code.bytes.prefix(16), on: hash, with: keys) == nil)
        }
    }

    @Test func `values of up to 64 KiB are read`() throws {
        let keys = try keys()
        let most = 64 << 10
        let overhead =
            SnapshotSeal.seal(
                try snapshot(name: String(repeating: "n", count: 20_000)), on: hash, with: keys
            ).count - 20_000
        let fits = try snapshot(name: String(repeating: "n", count: most - overhead))
        let sealed = SnapshotSeal.seal(fits, on: hash, with: keys)
        #expect(sealed.count == most)
        #expect(isSame(SnapshotSeal.open(sealed, on: hash, with: keys), fits))
        let long = try snapshot(name: String(repeating: "n", count: most - overhead + 1))
        #expect(SnapshotSeal.open(SnapshotSeal.seal(long, on: hash, with: keys), on: hash, with: keys) == nil)
    }
}
