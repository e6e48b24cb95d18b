import Testing

@testable import AuthFCGI

/// Versions of nginx with known holes.
struct NginxVersionTests {
    @Test(arguments: [
        ("nginx version: nginx/1.30.7\n", Finding.Weight.fine), ("nginx version: nginx/1.30.6\n", .warning),
        ("nginx version: nginx/1.31.9\n", .fine), ("nginx version: nginx/1.31.8\n", .warning),
        ("nginx version: nginx/1.32.0\n", .fine), ("nginx version: nginx/1.28.1\n", .warning),
        ("nginx version: nginx/1.22.1\n\npackage: 1.22.1-9+deb12u11\n", .fine),
        ("nginx version: nginx/1.22.1\n\npackage: 1.22.1-9+deb12u9\n", .warning),
        ("nginx version: nginx/1.26.3\n\npackage: 1.26.3-3+deb13u11\n", .fine),
        ("nginx version: nginx/1.24.0 (Ubuntu)\n\npackage: 1.24.0-2ubuntu7.9\n", .note),
        ("nginx version: nginx/1.29.3\n\npackage: 1.29.3-1~bookworm\n", .warning),
    ])
    func `an old release has holes unless the distribution has mended it`(
        _ output: String, _ weight: Finding.Weight
    ) throws {
        #expect(try #require(NginxVersion(output)).finding.weight == weight)
    }

    @Test(arguments: ["", "sh: 1: nginx: not found\n", "nginx version: nginx/x\n"])
    func `without nginx there is no version`(_ output: String) {
        #expect(NginxVersion(output) == nil)
    }

    @Test func `the versions are those of the page about nginx`() throws {
        let page = try NginxPage.text()
        for version in [NginxVersion.oldestStable, NginxVersion.oldestMainline] {
            #expect(page.contains("| \(version.map(String.init).joined(separator: ".")) |"), "\(version)")
        }
        for (mark, number) in NginxVersion.oldestPackages { #expect(page.contains("\(mark)\(number) |"), "\(mark)") }
    }
}
