/// A stored hash of one family, read and ready to be computed anew.
protocol PasswordVerifier: Sendable {
    var cost: HashingCost { get }

    /// Whether the hash must not be computed.
    var isTooCostly: Bool { get }

    /// Whether every byte of `password` counts.
    func readsAll(of password: [UInt8]) -> Bool

    /// Whether `password` is the one: takes what the cost says, so never on the loop.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool
}

extension PasswordVerifier {
    var isTooCostly: Bool { cost.exceeds(.highest) }

    func readsAll(of password: [UInt8]) -> Bool { true }
}
