import TestSupport
import Testing

/// Invalid input of a password change.
extension PasswordChangeTests {
    @Test(arguments: [
        ("", "is empty"), ("10293847561029", "has fewer than 15 characters"),
        ("Password123456789", "is on the list of common passwords"),
        ("Long.Rule.Breaker", "is the user's name"), ("1029\\u00003847", "contains a NUL"),
        (String(repeating: "x", count: 129), "has more than 128 characters"),
        (String(repeating: "x", count: 7000), "has more than 128 characters"),
    ])
    func `a new password that breaks the rules is answered 400 with the reason`(_ new: String, _ words: String) throws {
        let user = "long.rule.breaker"
        if try gates.psql("SELECT count(*) FROM authfcgi_users WHERE username = '\(user)'") == "0" {
            try one.addUser(user, password: old)
        }
        let token = try gates.logIn(user)
        let answer = try change(Self.body(old, new), GateProcess.bearer(token))
        expect(answer, 400, "unacceptable_password", words)
        #expect(answer.json?["message"]?.hasPrefix("the new password ") == true && answer.text.contains(words))
        #expect(try one.logIn(user, old).status == 200)
        try gates.warm(token)
    }

    @Test(arguments: [
        "", "x", "{", "[]", "{}", #"{"current_password":"correct horse"}"#, #"{"new_password":"another password"}"#,
        #"{"current_password":"correct horse","new_password":5}"#,
        #"{"current_password":"correct horse","new_password":"another password"} x"#,
        #"{"current_password":"x","current_password":"correct horse","new_password":"another password"}"#,
        #"{"current_password":"correct horse","new_password":"a\ud800 password"}"#,
        "current_password=correct+horse&new_password=another+password",
    ])
    func `an invalid body is answered 400, and nothing is changed`(_ body: String) throws {
        let token = try gates.logIn("ann")
        expect(try change(body, GateProcess.bearer(token)), 400, "bad_request", body)
        #expect(try one.logIn("ann", old).status == 200)
    }

    @Test func `a body that is not UTF-8, not JSON by its type, too long or cut off is refused`() throws {
        let token = try gates.logIn("ann")
        let good = Self.body(old, "another password")
        for type in ["text/plain", "application/jsonx", ""] {
            let answer = try change(good, GateProcess.bearer(token), type: ("CONTENT_TYPE", type))
            expect(answer, 415, "unsupported_media_type", type)
        }
        let long = good + String(repeating: " ", count: 8193 - good.utf8.count)
        expect(try change(long, GateProcess.bearer(token)), 413, "body_too_large", "long")
        let cut = try change(good, GateProcess.bearer(token), ("CONTENT_LENGTH", "\(good.utf8.count + 1)"))
        expect(cut, 400, "bad_request", "cut off")
        let binary =
            Array(#"{"current_password":"\#(old)","new_password":"another "#.utf8) + [0xff] + Array(#""}"#.utf8)
        let answer = try one.ask(
            "POST", "/auth/password", parameters: [Self.json, GateProcess.bearer(token)], body: binary)
        expect(answer, 400, "bad_request", "0xff")
        #expect(try one.logIn("ann", old).status == 200)
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func `another method is answered 405 with the allowed ones`(_ method: String) throws {
        let answer = try one.ask(method, "/auth/password")
        expect(answer, 405, "method_not_allowed", method)
        #expect(answer.headers["Allow"] == "POST")
    }
}
