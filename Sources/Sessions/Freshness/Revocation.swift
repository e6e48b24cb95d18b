/// A revocation, received as a notification that the tables' triggers send.
package enum Revocation: Equatable, Sendable {
    /// Sessions that have ended or end earlier than known. An ended token never becomes valid again.
    case ended([SHA256Digest])
    /// Live sessions whose users' data has changed: snapshots from before are outdated.
    case changed([SHA256Digest])
    /// A user whose sessions up to now may all have ended.
    case user(UserKey)
    /// All sessions up to now may have ended.
    case everything

    /// Parses a notification's payload. An unknown payload may come from another sender or a later release, and is read
    /// as the widest possible revocation: too wide costs queries, too narrow would let a revoked session in.
    package init(payload: String) {
        let bytes = Array(payload.utf8)
        let content = bytes.dropFirst(2)
        switch (bytes.first, bytes.dropFirst().first) {
        case (UInt8(ascii: "h"), UInt8(ascii: ":")): self = Self.hashes(content).map { .ended($0) } ?? .everything
        case (UInt8(ascii: "c"), UInt8(ascii: ":")): self = Self.hashes(content).map { .changed($0) } ?? .everything
        case (UInt8(ascii: "u"), UInt8(ascii: ":")) where !content.isEmpty: self = .user(UserKey(content.span))
        default: self = .everything
        }
    }

    private static func hashes(_ list: ArraySlice<UInt8>) -> [SHA256Digest]? {
        var hashes: [SHA256Digest] = []
        for hex in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let hash = SHA256Digest(hex: hex.span) else { return nil }
            hashes.append(hash)
        }
        return hashes
    }
}
