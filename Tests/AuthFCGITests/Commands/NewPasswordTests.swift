import Sessions
import Testing

@testable import AuthFCGI

struct NewPasswordTests {
    private static let rules = PasswordRules(minLength: 8)

    private static func problem(_ password: [UInt8], allowWeak: Bool = false) -> String? {
        do throws(NewPassword.Problem) {
            _ = try NewPassword.check(password, for: "ann.example", rules, allowWeak: allowWeak)
            return nil
        } catch {
            return error.message
        }
    }

    private static func problem(_ password: String, allowWeak: Bool = false) -> String? {
        problem(Array(password.utf8), allowWeak: allowWeak)
    }

    @Test(arguments: [
        "10293847", " leading and trailing ", "Zoë🔑Zoë🔑", "e\u{301}2345678", String(repeating: "x", count: 128),
    ])
    func `a password is read exactly as it is`(_ password: String) throws {
        let bytes = Array(password.utf8)
        #expect(try NewPassword.check(bytes, for: "ann.example", Self.rules, allowWeak: false) == bytes)
    }

    @Test(arguments: [
        ("1029384", "the password has fewer than 8 characters (--allow-weak accepts it)"),
        ("Password1", "the password is on the list of common passwords (--allow-weak accepts it)"),
        ("Ann.Example", "the password is the user's name (--allow-weak accepts it)"),
        ("AUTHFCGI", "the password is the name of this program (--allow-weak accepts it)"),
    ])
    func `the message about a weak password has the reason and the flag`(_ password: String, _ words: String) {
        #expect(Self.problem(password) == words)
        #expect(Self.problem(password, allowWeak: true) == nil)
    }

    @Test func `a password that no login accepts is refused even with the flag`() {
        for allowWeak in [false, true] {
            #expect(Self.problem("", allowWeak: allowWeak) == "the password is empty")
            #expect(Self.problem("1234\u{0}5678", allowWeak: allowWeak) == "the password contains a NUL")
            #expect(Self.problem([0xc3, 0x28] + [UInt8](48..<58), allowWeak: allowWeak) == "the password is not UTF-8")
            let long = String(repeating: "x", count: 129)
            #expect(Self.problem(long, allowWeak: allowWeak) == "the password has more than 128 characters")
        }
    }
}
