internal import FoundationEssentials

/// A session in one piece of memory: what a look-up brings and what caches keep, many thousands of them.
///
/// Layout: the format's number (1; 2 if all texts are plain), the 16 bytes of the session's id, created and expires (8 bytes each, little-endian,
/// as ``DatabaseInstant``), the idle timeout (4 bytes, little-endian, in seconds; 0 for none), then the texts: user name, number of groups, each group, name, e-mail, user id. A text is its
/// length and its UTF-8; lengths and the number are LEB128.
package struct PackedSession: Equatable, Sendable {
    package let bytes: [UInt8]

    fileprivate static let format: UInt8 = 1
    fileprivate static let plainFormat: UInt8 = 2
    private static let textsStart = 37

    /// Takes over bytes that a ``PackedSessionWriter`` has written.
    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Takes over bytes that have been elsewhere; nil when they are no session of this layout.
    init?(checking bytes: ArraySlice<UInt8>) {
        guard let format = bytes.first, format == Self.format || format == Self.plainFormat else { return nil }
        var rest = bytes.dropFirst(Self.textsStart)
        /// The next number, at most 32 bits of it.
        func number() -> Int? {
            var value = 0
            for shift in stride(from: 0, to: 32, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= Int(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        func skipText() -> Bool {
            guard let length = number(), length <= rest.count else { return false }
            rest = rest.dropFirst(length)
            return true
        }
        guard skipText(), let groups = number(), groups <= rest.count else { return nil }
        for _ in 0..<groups { guard skipText() else { return nil } }
        for _ in 0..<3 { guard skipText() else { return nil } }
        guard rest.isEmpty else { return nil }
        self.bytes = Array(bytes)
    }

    /// Packs a session; nil when its id is not a UUID.
    /// - Parameter idleTimeout: in seconds, 0 for none.
    package init?(_ session: Session, idleTimeout: UInt32 = 0) {
        let digits = session.id.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32 else { return nil }
        var id: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            id.append(byte)
        }
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

    /// Whether every text is printable ASCII without `%`, `,` and spaces at its ends, and so can stand in a header as it is.
    package var isPlain: Bool { bytes[0] == Self.plainFormat }

    package var createdAt: DatabaseInstant {
        DatabaseInstant(microseconds: Int64(bitPattern: number(at: 17, bytes: 8)))
    }
    package var expiresAt: DatabaseInstant {
        DatabaseInstant(microseconds: Int64(bitPattern: number(at: 25, bytes: 8)))
    }

    /// How long the session may stand unused; nil: as long as it lasts.
    var idleTimeout: Duration? { hasIdleTimeout ? .seconds(number(at: 33, bytes: 4)) : nil }
    var hasIdleTimeout: Bool { number(at: 33, bytes: 4) != 0 }

    /// Where the session's id lies: a UUID's 16 bytes.
    package static let idRange = 1..<17

    /// The session's id as a UUID's 36 characters.
    package var id: String {
        var text = ""
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 { text += "-" }
            let byte = bytes[1 + index]
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// The texts, from the first one on.
    package var texts: Texts { Texts(offset: Self.textsStart) }

    /// Where the next text lies. The order is the layout's.
    package struct Texts {
        fileprivate var offset: Int

        /// Where the next text lies within the session's bytes.
        package mutating func next(in session: borrowing PackedSession) -> Range<Int> {
            let length = number(in: session)
            defer { offset += length }
            return offset..<offset + length
        }

        /// The number of groups, when they are next.
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

    /// The session's user, for marks.
    package var userKey: UserKey {
        var texts = texts
        _ = texts.next(in: self)
        for _ in 0..<texts.groupCount(in: self) { _ = texts.next(in: self) }
        _ = texts.next(in: self)
        _ = texts.next(in: self)
        return UserKey(bytes.span.extracting(texts.next(in: self)))
    }

    /// Who it belongs to.
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

/// Writes a ``PackedSession``, in the order of its layout.
struct PackedSessionWriter {
    private var bytes: [UInt8] = []
    private var isPlain = true

    /// - Parameters:
    ///   - id: 16 bytes.
    ///   - idleTimeout: in seconds, 0 for none.
    ///   - size: how many bytes the texts have about.
    init(
        id: UnsafeRawBufferPointer, createdAt: DatabaseInstant, expiresAt: DatabaseInstant, idleTimeout: UInt32,
        size: Int
    ) {
        bytes.reserveCapacity(37 + size)
        bytes.append(PackedSession.format)
        unsafe bytes.append(contentsOf: id)
        append(UInt64(bitPattern: createdAt.microseconds), bytes: 8)
        append(UInt64(bitPattern: expiresAt.microseconds), bytes: 8)
        append(UInt64(idleTimeout), bytes: 4)
    }

    mutating func append(text: UnsafeRawBufferPointer) {
        append(number: text.count)
        isPlain = unsafe isPlain && Self.isPlain(text)
        unsafe bytes.append(contentsOf: text)
    }

    mutating func append(number: Int) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(_ value: UInt64, bytes count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))) }
    }

    func finish() -> PackedSession {
        var bytes = bytes
        if isPlain { bytes[0] = PackedSession.plainFormat }
        return PackedSession(bytes: bytes)
    }

    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let space = UInt8(ascii: " ")
        guard unsafe text.first != space, unsafe text.last != space else { return false }
        return unsafe text.allSatisfy { byte in
            (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ",")
        }
    }
}

extension Session {
    init(_ packed: PackedSession) {
        self.init(
            id: packed.id, identity: packed.identity, createdAt: packed.createdAt.date,
            expiresAt: packed.expiresAt.date)
    }
}
