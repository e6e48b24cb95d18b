/// What it takes to check a password against a stored hash.
package struct HashingCost: Equatable, Sendable {
    /// Memory, in bytes.
    package var bytes: Int
    /// Time, in multiples of what our own argon2id takes on the same machine, about.
    package var work: Double

    package init(bytes: Int, work: Double) {
        self.bytes = bytes
        self.work = work
    }

    /// Our own argon2id: what most logins take, and those of nobody.
    package static let usual = HashingCost(bytes: 19_456 * 1024, work: 1)
}
