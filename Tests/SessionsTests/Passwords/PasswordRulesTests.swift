import Testing

@testable import Sessions

@Suite struct PasswordRulesTests {
    private static func violation(
        _ password: [UInt8], username: String = "ann", allowWeak: Bool = false, minLength: Int = 8
    ) -> PasswordRules.Violation? {
        do throws(PasswordRules.Violation) {
            try PasswordRules(minLength: minLength).check(password, username: username, allowWeak: allowWeak)
            return nil
        } catch {
            return error
        }
    }

    private static func violation(
        _ password: String, username: String = "ann", allowWeak: Bool = false, minLength: Int = 8
    ) -> PasswordRules.Violation? {
        violation(Array(password.utf8), username: username, allowWeak: allowWeak, minLength: minLength)
    }

    @Test(arguments: [
        "correct horse", " leading and trailing ", "xkcdxkcd", "ππππππππ", "🔑🔑🔑🔑🔑🔑🔑🔑", "\t\t\t\t\t\t\t\t", "1029384756",
        "pass\u{200d}word", "Annannann", "authfcgi!",
    ])
    func `there are no rules about the characters of a password`(_ password: String) {
        #expect(Self.violation(password) == nil)
    }

    @Test func `length is counted in code points, each of which is one character`() {
        #expect(Self.violation("1029384") == .tooShort(minLength: 8))
        #expect(Self.violation("10293847") == nil)
        // Seven letters, one of them written with two code points.
        #expect(Self.violation("e\u{301}abcxyz") == nil)
        #expect(Self.violation("\u{e9}abcxyz") == .tooShort(minLength: 8))
        #expect(Self.violation("👩‍👩‍👧‍👦") == .tooShort(minLength: 8))
        #expect(Self.violation(String(repeating: "é", count: 128)) == nil)
        #expect(Self.violation(String(repeating: "x", count: 129)) == .tooLong)
        #expect(Self.violation("a" + String(repeating: "\u{301}", count: 128)) == .tooLong)
    }

    @Test func `the least length is 15, as where a password is the only factor, or another one`() {
        #expect(PasswordRules().minLength == 15)
        #expect(
            PasswordRules().violation(of: Array("fourteen chars".utf8), username: "ann") == .tooShort(minLength: 15))
        #expect(PasswordRules().violation(of: Array("fifteen letters".utf8), username: "ann") == nil)
        #expect(Self.violation("fifteen letters", minLength: 16) == .tooShort(minLength: 16))
        #expect(Self.violation("fifteen letters", allowWeak: true, minLength: 16) == nil)
        #expect(PasswordRules.minLengths == 8...64)
    }

    @Test(arguments: [
        "passwordpassword", "Password123456789", "QWERTYUIOPASDFGH", "123456789012345", "aaaaaaaaaaaaaaa",
        "correct-horse-battery-staple",
    ])
    func `a common password of 15 characters or more is refused too`(_ password: String) {
        #expect(Self.violation(password, minLength: 15) == .common)
    }

    @Test func `the longest allowed password is accepted at a login`() {
        let longest = String(repeating: "\u{10ffff}", count: PasswordRules.maxLength)
        #expect(Self.violation(longest) == nil)
        #expect(longest.utf8.count <= PasswordRules.maxBytes)
    }

    @Test(arguments: [
        "12345678", "password", "PASSWORD", "Passw0rd", "QwertyUiop", "iLoveYou", "11111111", "letmein123", "Admin@123",
        "correcthorsebatterystaple",
    ])
    func `a common password is refused, ignoring case`(_ password: String) {
        #expect(Self.violation(password) == .common)
        #expect(Self.violation(password + "+" + password) == nil)
    }

    @Test func `the user's own name and the program's are refused`() {
        #expect(Self.violation("Ann.Example", username: "ann.example") == .userName)
        #expect(Self.violation("ZOË-EXAMPLE", username: "zoë-example") == .userName)
        #expect(Self.violation("ann.example", username: "ann") == nil)
        #expect(Self.violation("AuthFCGI") == .product)
    }

    @Test func `a password that no login accepts is always refused, a weak one only if weak ones are not allowed`() {
        for allowWeak in [false, true] {
            #expect(Self.violation("", allowWeak: allowWeak) == .empty)
            #expect(Self.violation("1029\u{0}3847", allowWeak: allowWeak) == .containsNUL)
            #expect(Self.violation(Array("10293847".utf8) + [0xff], allowWeak: allowWeak) == .notUTF8)
            #expect(Self.violation([0xed, 0xa0, 0x80] + Array("10293847".utf8), allowWeak: allowWeak) == .notUTF8)
            #expect(Self.violation(String(repeating: "x", count: 129), allowWeak: allowWeak) == .tooLong)
        }
        for weak in ["x", "password", "authfcgi", "ann-ann-ann"] {
            #expect(Self.violation(weak, username: "ann-ann-ann")?.isWeakness == true, "\(weak)")
            #expect(Self.violation(weak, username: "ann-ann-ann", allowWeak: true) == nil, "\(weak)")
        }
    }

    @Test func `every violation has its own text`() {
        let all: [PasswordRules.Violation] = [
            .notUTF8, .empty, .containsNUL, .tooLong, .tooShort(minLength: 8), .common, .userName, .product,
        ]
        #expect(Set(all.map(\.text)).count == all.count)
        #expect(PasswordRules.Violation.tooShort(minLength: 15).text == "has fewer than 15 characters")
        #expect(PasswordRules.Violation.tooLong.text == "has more than 128 characters")
    }
}
