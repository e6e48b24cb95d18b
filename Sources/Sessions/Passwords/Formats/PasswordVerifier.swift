/// A parsed hash that can be verified.
protocol PasswordVerifier: Sendable {
    /// The cost of checking a short password.
    var cost: HashingCost { get }

    /// The maximum number of bytes of a password that are read.
    var lengthRead: Int { get }

    /// A Boolean value that indicates whether the cost exceeds the limits, at least for the longest password.
    var isTooCostly: Bool { get }

    /// Returns whether every byte of `password` is read.
    func readsAll(of password: [UInt8]) -> Bool

    /// Returns whether `password` matches. Takes the time of the cost, so never on the loop.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool
}

extension PasswordVerifier {
    var lengthRead: Int { PasswordRules.maxBytes }

    var isTooCostly: Bool { cost(ofPassword: .max).exceeds(.highest) }

    /// Returns the cost of checking a password of `length` bytes.
    func cost(ofPassword length: Int) -> HashingCost { cost.ofPassword(length: min(length, lengthRead)) }

    func readsAll(of password: [UInt8]) -> Bool { true }
}
