import Testing

@testable import AuthFCGI

struct NewPasswordTests {
    private static func problem(_ password: String, allowWeak: Bool = false) -> String? {
        do throws(NewPassword.Problem) {
            _ = try NewPassword.check(password, allowWeak: allowWeak)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        "12345678", " leading and trailing ", "Zoë🔑Zoë🔑", "e\u{301}2345678", String(repeating: "x", count: 128),
    ])
    func `a password is taken exactly as it is`(_ password: String) throws {
        #expect(try NewPassword.check(password, allowWeak: false) == Array(password.utf8))
    }

    @Test func `length is counted in characters`() {
        #expect(Self.problem("1234567") == "the password has fewer than 8 characters (--allow-weak accepts it)")
        #expect(Self.problem("éééééé🔑") == "the password has fewer than 8 characters (--allow-weak accepts it)")
        #expect(Self.problem(String(repeating: "é", count: 128)) == nil)
        #expect(Self.problem(String(repeating: "x", count: 129)) == "the password has more than 128 characters")
    }

    @Test func `a password that no login could carry is refused`() {
        // One character of many bytes.
        let long = "aaaaaaaa" + String(repeating: "\u{301}", count: 600)
        #expect(Self.problem(long) == "the password has more than 128 characters")
        #expect(Self.problem("1234\u{0}5678") == "the password contains a NUL")
    }

    @Test func `a weak one may be asked for, an empty one not`() {
        #expect(Self.problem("demo", allowWeak: true) == nil)
        #expect(Self.problem("", allowWeak: true) == "the password is empty")
        #expect(Self.problem("") == "the password is empty")
        #expect(Self.problem(String(repeating: "x", count: 129), allowWeak: true) != nil)
    }
}
