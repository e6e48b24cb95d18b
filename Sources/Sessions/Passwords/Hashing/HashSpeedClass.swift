internal import Glibc

/// Hashes that run at one speed here: those of one format with about the same cost. Argon2 in little memory and in much
/// is not the same.
struct HashSpeedClass: Hashable {
    private let format: PasswordFormat
    /// Its cost, in steps of the square root of two.
    private let size: Int

    /// Ours.
    static let own = HashSpeedClass(.argon2id, Argon2Hash.ofNobody.cost)

    init(_ format: PasswordFormat, _ cost: HashingCost) {
        self.format = format
        size = Int((log2(max(cost.time / .seconds(1), 1e-6)) * 2).rounded())
    }
}
