import Testing

@testable import AuthFCGI

struct PasswordChangeRequestTests {
    private static func problem(_ body: String) -> String? {
        do throws(PasswordChangeRequest.Problem) {
            _ = try PasswordChangeRequest(json: Array(body.utf8))
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `both passwords are read byte for byte, and never printed`() throws {
        let body = #"{"new_password":" e\u0301🔑","current_password":"se\"cr\\et\n","other":1}"#
        let request = try PasswordChangeRequest(json: Array(body.utf8))
        #expect(request.currentPassword == Array("se\"cr\\et\n".utf8))
        #expect(request.newPassword == Array(" e\u{301}🔑".utf8))
        #expect("\(request)" == "(password change)")
    }

    @Test(arguments: [
        ("{}", "current_password is missing"), (#"{"current_password":"x"}"#, "new_password is missing"),
        (#"{"current_password":1,"new_password":"y"}"#, "current_password must be a string"),
        (#"{"current_password":"x","new_password":null}"#, "new_password must be a string"),
        (#"{"current_password":"","new_password":"y"}"#, "current_password must not be empty"),
        (#"{"current_password":"x\u0000","new_password":"y"}"#, #"current_password must not contain \u0000"#),
        (#"{"current_password":"x","new_password":"y","new_password":"z"}"#, "the body has a key twice"),
        (#"{"current_password":"x","new_password":"y","n\u0065w_password":"z"}"#, "the body has a key twice"),
        ("[]", "the body must be a JSON object with current_password and new_password"),
        (#"{"current_password":"\ud800","new_password":"y"}"#, "the body is not JSON"), ("", "the body is not JSON"),
    ])
    func `the error for an invalid body names the problem`(_ body: String, _ message: String) {
        #expect(Self.problem(body) == message)
    }

    @Test func `the maximum length of the current password is that of a login`() {
        func body(_ length: Int) -> String {
            #"{"current_password":"\#(String(repeating: "x", count: length))","new_password":"y"}"#
        }
        #expect(Self.problem(body(1024)) == nil)
        #expect(Self.problem(body(1025)) == "current_password is longer than 1024 bytes")
    }
}
