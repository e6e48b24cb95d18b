import FoundationEssentials
import Sessions
import TestSupport
import Testing

@testable import AuthFCGI

struct AnswersTests {
    private static let session = Session(
        id: "0b0e1a52-5d0c-4a0e-9d0a-2f6f1d3f9b11",
        identity: Identity(
            userID: "id/1", username: "ann", groups: ["staff", "a,b"], name: "Ann \"A\" <Ä>", email: "ann@example.org"),
        createdAt: Date(timeIntervalSince1970: 1_700_000_000.25),
        expiresAt: Date(timeIntervalSince1970: 1_700_003_600.25))

    @Test func `the response to a login has the token and its time of expiry`() throws {
        let token = try #require(SessionToken("afs_" + String(repeating: "A", count: 54)))
        let response = Response.json(LoginAnswer(token: token, session: Self.session))
        #expect(response.status == .ok)
        #expect(
            String(decoding: response.body, as: UTF8.self) == """
                {"expires_at":"2023-11-14T23:13:20Z","expires_in":3600,"token":"\(token.secretText)",\
                "token_type":"Bearer","user_id":"id/1"}

                """)
    }

    @Test func `the response of the own session has the user and the session, but not the token`() {
        let response = Response.json(MeAnswer(Self.session))
        #expect(
            String(decoding: response.body, as: UTF8.self) == #"""
                {"email":"ann@example.org","groups":["staff","a,b"],"name":"Ann \"A\" <Ä>",\#
                "session":{"created_at":"2023-11-14T22:13:20Z","expires_at":"2023-11-14T23:13:20Z",\#
                "id":"0b0e1a52-5d0c-4a0e-9d0a-2f6f1d3f9b11"},"user_id":"id/1","username":"ann"}

                """#)
    }

    @Test func `the readiness response lists the available stores`() {
        let body = Response.json(ReadinessAnswer(status: "ready", stores: ["redis", "postgresql"])).body
        #expect(
            String(decoding: body, as: UTF8.self) == "{\"status\":\"ready\",\"stores\":[\"redis\",\"postgresql\"]}\n")
    }

    @Test func `error responses say what to do next`() throws {
        let no = String(decoding: SerializedResponse(.unauthorized()).bytes, as: UTF8.self)
        #expect(no.hasPrefix("401 Unauthorized\r\n") && no.contains("\r\nWWW-Authenticate: Bearer\r\n"))
        #expect(no.hasSuffix(#"{"error":"unauthorized","message":"sign in first"}"# + "\n"))
        let unknown = String(decoding: SerializedResponse(.unavailable()).bytes, as: UTF8.self)
        #expect(unknown.hasPrefix("503 Service Unavailable\r\n") && unknown.contains("\r\nRetry-After: 1\r\n"))
        #expect(unknown.contains(#"{"error":"unavailable","message":"#))
    }

    @Test(arguments: ["__Host-session", "sid"])
    func `the cookie that removes a session cookie has the same attributes`(_ name: String) {
        #expect(
            SessionCookie(name: name).expired.text == "\(name)=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
    }

    @Test func `an accepted check has all identity headers, even empty ones`() throws {
        let id = "00010203-0405-0607-0809-0a0b0c0d0eff"
        let session = Session(
            id: id, identity: Identity(userID: "1", username: "a\r\nX: y"), createdAt: .now, expiresAt: .now)
        let bare = try #require(PackedSession(session))
        let text = String(decoding: SerializedResponse(accepting: bare, to: .byPath).bytes, as: UTF8.self)
        for line in [
            "Remote-User: a%0D%0AX: y", "Remote-Groups: ", "Remote-Name: ", "Remote-Email: ", "X-Auth-User-Id: 1",
            "X-Auth-Session-Id: \(id)",
        ] {
            #expect(text.contains("\r\n\(line)\r\n"), "\(text)")
        }
        let variables = String(decoding: SerializedResponse(accepting: bare, to: .authorizer).bytes, as: UTF8.self)
        #expect(variables.contains("\r\nVariable-REMOTE_USER: a%0D%0AX: y\r\n"))
        #expect(!variables.contains("\r\nRemote-User"))
    }

    @Test(arguments: [IdentityLimits.groupBytes, 1])
    func `the answer with the longest identity fits the buffer of the nginx files`(groupBytes: Int) throws {
        func text(_ bytes: Int) -> String { String(repeating: "\u{1F600}", count: bytes / 4) }
        // One group, or as many empty ones as possible.
        let groups =
            groupBytes == 1
            ? Array(repeating: "", count: IdentityLimits.groupBytes + 1) : [text(IdentityLimits.groupBytes)]
        let identity = Identity(
            userID: text(IdentityLimits.userIDBytes) + "äx", username: text(4 * IdentityLimits.username),
            groups: groups, name: text(4 * IdentityLimits.name), email: text(4 * IdentityLimits.email))
        #expect(identity.userID.utf8.count == IdentityLimits.userIDBytes)
        let session = try #require(
            PackedSession(
                Session(
                    id: "00010203-0405-0607-0809-0a0b0c0d0eff", identity: identity, createdAt: .now, expiresAt: .now)))
        let configuration = try Repository.text("nginx/authfcgi/question.conf")
        let match = try #require(configuration.firstMatch(of: /\nfastcgi_buffer_size (\d+)k;/))
        let buffer = try #require(Int(match.1)) * 1024
        // The heads of the records, padding, the end of the request, and what CGI puts before the status.
        let records = 8 + 7 + 8 + 16 + FastCGIReply.statusName.utf8CodeUnitCount
        #expect(SerializedResponse(accepting: session, to: .byPath).bytes.count + records <= buffer)
    }
}
