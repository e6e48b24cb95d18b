/// What a notification on the channel says; the triggers of the tables send them.
package enum Revocation: Equatable, Sendable {
    /// These sessions have ended, or end earlier than was known. No token that has ended is ever valid again.
    case ended([SHA256Digest])
    /// These sessions live, and what was known of their users up to now does not hold any more.
    case changed([SHA256Digest])
    /// Every session of a user up to now may have ended.
    case user(UserKey)
    /// Every session up to now may have ended.
    case everything

    /// The channel that they come on.
    package static let channel = "authfcgi_revoked"

    /// Reads a payload. What is not understood may come from a stranger or from a later release, and is taken for the
    /// most that it can mean: to hear too much costs look-ups, to hear too little would let somebody in.
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
