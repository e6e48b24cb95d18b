/// A stored hash of one family, read and ready to be computed anew.
protocol PasswordVerifier: Sendable {
    var cost: HashingCost { get }

    /// How many bytes of a password are computed with.
    var lengthRead: Int { get }

    /// Whether the hash must not be computed, be it for the longest password.
    var isTooCostly: Bool { get }

    /// Whether every byte of `password` counts.
    func readsAll(of password: [UInt8]) -> Bool

    /// Whether `password` is the one: takes what the cost says, so never on the loop.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool
}

extension PasswordVerifier {
    var lengthRead: Int { PasswordRules.maxBytes }

    var isTooCostly: Bool { cost(ofPassword: .max).exceeds(.highest) }

    /// What checking a password of so many bytes costs.
    func cost(ofPassword length: Int) -> HashingCost { cost.ofPassword(length: min(length, lengthRead)) }

    func readsAll(of password: [UInt8]) -> Bool { true }
}
