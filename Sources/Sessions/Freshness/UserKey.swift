/// Stands for a user where only equality counts. Two users may share one by chance, and then what is heard of one costs
/// the other a look-up.
package struct UserKey: Hashable, Sendable {
    private let value: Int

    package init(_ userID: borrowing Span<UInt8>) {
        var hasher = Hasher()
        unsafe userID.withUnsafeBufferPointer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        value = hasher.finalize()
    }

    package init(_ userID: String) {
        self.init(userID.utf8Span.span)
    }
}
