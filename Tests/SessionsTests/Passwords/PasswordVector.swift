import Testing

@testable import Sessions

/// A password and its hash by the original software: see Tests/Vectors.
struct PasswordVector: Sendable, CustomTestStringConvertible {
    let format: PasswordFormat
    let password: [UInt8]
    let hash: String
    let pepper: [UInt8]

    var testDescription: String { "\(format.rawValue): \(hash.prefix(24))…" }

    /// Parses the stored hash.
    func read() throws(PasswordHashProblem) -> PasswordHash { try PasswordHash(hash, pepper: pepper) }

    /// A Boolean value that indicates whether a check is fast: all but the vectors with a product's own costs.
    var isCheap: Bool { (try? read()).map { $0.cost.time < .milliseconds(20) } ?? false }

    static let all = [
        PackageResources.crypt_tsv, PackageResources.devise_tsv, PackageResources.pgcrypto_tsv,
        PackageResources.php_tsv, PackageResources.python_tsv, PackageResources.spring_tsv,
        PackageResources.wordpress_tsv,
    ].flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n").compactMap(PasswordVector.init) }

    static let cheap = all.filter(\.isCheap)

    /// Parses a line: format, password, hash and optionally a pepper, separated by tabs.
    private init?(_ line: Substring) {
        let fields = line.split(separator: "\t")
        guard fields.count >= 3, let format = PasswordFormat(rawValue: String(fields[0])) else { return nil }
        self.format = format
        password = Array(fields[1].utf8)
        hash = String(fields[2])
        pepper = fields.count > 3 ? Array(fields[3].utf8) : []
    }
}
