/// A hashed user id, for comparisons. Two users may share a key by chance; then a revocation of one costs the other a
/// query.
package struct UserKey: Hashable, Sendable {
    private let value: Int

    /// Creates the key of a user.
    /// - Parameter userID: The user's id in UTF-8.
    package init(_ userID: borrowing Span<UInt8>) {
        var hasher = Hasher()
        unsafe userID.withUnsafeBufferPointer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        value = hasher.finalize()
    }

    /// Creates the key of a user.
    /// - Parameter userID: The user's id.
    package init(_ userID: String) {
        self.init(userID.utf8Span.span)
    }
}
