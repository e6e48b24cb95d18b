internal import Glibc

/// A class of hashes with the same relative speed on this machine: one format with about the same cost. For example,
/// argon2 differs between little and much memory.
struct HashSpeedClass: Hashable {
    private let format: PasswordFormat
    /// The cost, in steps of the square root of two.
    private let size: Int

    /// The class of our own hashes.
    static let own = HashSpeedClass(.argon2id, Argon2Hash.dummy.cost)

    init(_ format: PasswordFormat, _ cost: HashingCost) {
        self.format = format
        size = Int((log2(max(cost.time / .seconds(1), 1e-6)) * 2).rounded())
    }
}
