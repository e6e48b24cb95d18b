/// A version of nginx, and whether it has known holes that a client reaches by a request.
struct NginxVersion: Equatable {
    /// The version's numbers, such as 1, 30 and 7.
    let numbers: [Int]
    /// The version of the distribution's package, such as `1.22.1-9+deb12u11`; nil if it is not known.
    let packaged: String?

    /// The oldest releases without them. docs/nginx.md has the same.
    static let oldestStable = [1, 30, 7]
    static let oldestMainline = [1, 31, 9]
    /// The oldest packages without them, by what stands before their last number: distributions mend older releases.
    static let oldestPackages = ["+deb12u": 11, "+deb13u": 11]

    /// Asks the nginx of this machine.
    /// - Returns: Nil if there is none.
    static func ofThisMachine() -> NginxVersion? {
        NginxVersion(
            ShellOutput.of(
                """
                PATH="$PATH:/usr/sbin:/usr/local/sbin"; nginx -v 2>&1; \
                dpkg-query -W -f='\\npackage: ${Version}\\n' nginx 2>/dev/null
                """))
    }

    /// - Parameter output: What `nginx -v` prints, and a line `package: ` with the package's version if there is one.
    init?(_ output: String) {
        guard let start = output.firstRange(of: "nginx/") else { return nil }
        numbers = output[start.upperBound...].prefix { $0.isNumber || $0 == "." }.split(separator: ".")
            .compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        let line = output.split(separator: "\n").first { $0.hasPrefix("package: ") }
        packaged = line.map { String($0.dropFirst("package: ".count)) }
    }

    /// What an operator is told.
    var finding: Finding {
        let name = "nginx \(packaged ?? numbers.map(String.init).joined(separator: "."))"
        if isCorrected { return .fine(name) }
        if let packaged, packaged.contains("ubuntu") {
            return .note("\(name): Ubuntu mends older releases", "see that it is the newest of its -security")
        }
        return .warning("\(name) has known holes that a client reaches by a request, such as CVE-2026-42533")
    }

    private var isCorrected: Bool {
        let isStable = numbers.prefix(2) == Self.oldestStable.prefix(2)
        let oldest = isStable ? Self.oldestStable : Self.oldestMainline
        if !numbers.lexicographicallyPrecedes(oldest) { return true }
        return Self.oldestPackages.contains { mark, oldest in
            guard let packaged, let range = packaged.firstRange(of: mark) else { return false }
            return Int(packaged[range.upperBound...].prefix(while: \.isNumber)).map { $0 >= oldest } ?? false
        }
    }
}
