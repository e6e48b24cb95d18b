import Testing

@testable import Sessions

struct PasswordResetCodeTests {
    private static let zeros = "afr_" + String(repeating: "A", count: 43)

    @Test func `a new code has 47 characters, reads back as itself, and is never made twice`() throws {
        let codes = try (0..<100).map { _ in try PasswordResetCode.make() }
        #expect(Set(codes.map(\.secretText)).count == 100)
        for code in codes {
            #expect(code.secretText.utf8.count == 47 && code.secretText.hasPrefix("afr_"))
            #expect(PasswordResetCode(code.secretText)?.hash == code.hash)
        }
    }

    @Test func `the database's hash of a code is the SHA-256 of its characters`() {
        #expect(PasswordResetCode(random: [UInt8](repeating: 0, count: 32)).secretText == Self.zeros)
        // By sha256sum.
        #expect(
            PasswordResetCode(Self.zeros)?.hash.hex
                == "7058bbda648bfaf674e4fdf63d52607a90f523da1558a2b75703f51057ee9cf0")
    }

    private static var malformed: [String] {
        let (body, start) = (String(zeros.dropFirst(4)), String(zeros.dropLast()))
        var texts: [String] = [
            "", "afr_", "afr_x", start, "afs_" + body, "AFR_" + body, zeros.uppercased(), " " + zeros,
        ]
        // The last one has the same bytes in another spelling: unused bits that are not zero.
        for end in ["AA", "A\n", "=", "+", "%", "é", "B"] { texts.append(start + end) }
        return texts
    }

    @Test(arguments: malformed)
    func `only the canonical form is read`(_ text: String) { #expect(PasswordResetCode(text) == nil) }

    @Test func `a code is printed as a fixed text`() throws {
        let code = try PasswordResetCode.make()
        var dumped = ""
        dump(code.description, to: &dumped)
        for text in ["\(code)", String(describing: code), String(reflecting: code), "\(Optional(code) as Any)", dumped]
        {
            #expect(!text.contains(code.secretText) && text.contains("(password reset code)"))
        }
    }
}
