internal import EventLoop
internal import FoundationEssentials

/// A session in one block of memory: the result of a look-up, and the form in which caches store many thousands.
///
/// Layout: the format's number (1; 2 if all texts are plain), the 16 bytes of the session's id, created and expires (8
/// bytes each, little-endian, as ``DatabaseInstant``), the idle timeout (4 bytes, little-endian, in seconds; 0 for
/// none), then the texts: user name, number of groups, each group, name, e-mail, user id. A text is its length and its
/// UTF-8; lengths and the number are LEB128.
package struct PackedSession: Equatable, Sendable {
    /// The bytes in the layout above.
    package let bytes: [UInt8]

    static let format: UInt8 = 1
    static let plainFormat: UInt8 = 2
    static let textsStart = 37

    /// Takes over bytes written by ``PackedSessionWriter``.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Packs a session. Returns nil if its id is not a UUID.
    /// - Parameters:
    ///   - session: The session.
    ///   - idleTimeout: The idle timeout in seconds, 0 for none.
    package init?(_ session: Session, idleTimeout: UInt32 = 0) {
        let digits = session.id.utf8.filter { $0 != UInt8(ascii: "-") }
        guard let id = [UInt8](hex: digits), id.count == 16 else { return nil }
        let identity = session.identity
        var writer = unsafe id.withUnsafeBytes { id in
            unsafe PackedSessionWriter(
                id: id, createdAt: DatabaseInstant(session.createdAt), expiresAt: DatabaseInstant(session.expiresAt),
                idleTimeout: idleTimeout, size: 64)
        }
        func append(_ text: String) { unsafe Array(text.utf8).withUnsafeBytes { unsafe writer.append(text: $0) } }
        append(identity.username)
        writer.append(number: identity.groups.count)
        for group in identity.groups { append(group) }
        for text in [identity.name, identity.email, identity.userID] { append(text) }
        self = writer.finish()
    }

    /// A Boolean value that indicates whether every text is printable ASCII without `%`, `,` and spaces at its ends, so
    /// that it can be used in a header unchanged.
    package var isPlain: Bool { bytes[0] == Self.plainFormat }

    /// The time of the session's creation.
    package var createdAt: DatabaseInstant {
        DatabaseInstant(microseconds: Int64(bitPattern: number(at: 17, bytes: 8)))
    }
    /// The time of the session's end.
    package var expiresAt: DatabaseInstant {
        DatabaseInstant(microseconds: Int64(bitPattern: number(at: 25, bytes: 8)))
    }

    /// The time after which an unused session ends, or nil for none.
    var idleTimeout: Duration? { hasIdleTimeout ? .seconds(number(at: 33, bytes: 4)) : nil }
    var hasIdleTimeout: Bool { number(at: 33, bytes: 4) != 0 }

    /// The range of the session's id in `bytes`: a UUID's 16 bytes.
    package static let idRange = 1..<17

    /// The session's id, a UUID of 36 characters.
    package var id: String { Self.text(ofID: Array(bytes[Self.idRange])) }

    /// Returns the usual form of a UUID's 16 bytes.
    static func text(ofID bytes: [UInt8]) -> String {
        var text = bytes.hex
        for index in [8, 13, 18, 23] { text.insert(UInt8(ascii: "-"), at: index) }
        return String(decoding: text, as: UTF8.self)
    }

    /// An iterator over the texts, from the first one on.
    package var texts: Texts { Texts(offset: Self.textsStart) }

    /// An iterator over the texts in the order of the layout.
    package struct Texts {
        fileprivate var offset: Int

        /// Returns the range of the next text in the session's bytes.
        package mutating func next(in session: borrowing PackedSession) -> Range<Int> {
            let length = number(in: session)
            defer { offset += length }
            return offset..<offset + length
        }

        /// Returns the number of groups. Called between the user name and the groups.
        package mutating func groupCount(in session: borrowing PackedSession) -> Int { number(in: session) }

        private mutating func number(in session: borrowing PackedSession) -> Int {
            var value = 0
            var shift = 0
            while true {
                let byte = session.bytes[offset]
                offset += 1
                value |= Int(byte & 0x7f) << shift
                if byte < 0x80 { return value }
                shift += 7
            }
        }
    }

    /// The key of the session's user, for revocation marks.
    package var userKey: UserKey {
        var texts = texts
        _ = texts.next(in: self)
        for _ in 0..<texts.groupCount(in: self) { _ = texts.next(in: self) }
        _ = texts.next(in: self)
        _ = texts.next(in: self)
        return UserKey(bytes.span.extracting(texts.next(in: self)))
    }

    /// The identity of the session's user.
    package var identity: Identity {
        var texts = texts
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let username = text(texts.next(in: self))
        let groups = (0..<texts.groupCount(in: self)).map { _ in text(texts.next(in: self)) }
        let name = text(texts.next(in: self))
        let email = text(texts.next(in: self))
        let userID = text(texts.next(in: self))
        return Identity(userID: userID, username: username, groups: groups, name: name, email: email)
    }

    private func number(at offset: Int, bytes count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << (8 * UInt64(index)) }
        return value
    }

    package static func == (a: PackedSession, b: PackedSession) -> Bool { a.bytes == b.bytes }
}

extension Session {
    init(_ packed: PackedSession) {
        self.init(
            id: packed.id, identity: packed.identity, createdAt: packed.createdAt.date,
            expiresAt: packed.expiresAt.date)
    }
}
