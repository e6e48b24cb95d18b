import TestSupport
import Testing

/// A change of the user's own password, through nginx with the shipped files, with two pods.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct PasswordEndpointTests {
    private static let shared = SharedSite { try Site(pods: 2) }
    private let one: Pod
    private let two: Pod

    init() throws {
        let site = try Self.shared.get()
        (one, two) = (site.pods[0], site.pods[1])
    }

    private func logIn(_ name: String, _ password: String) throws -> HTTPAnswer {
        try one.client().post("/auth/login", #"{"username":"\#(name)","password":"\#(password)"}"#)
    }

    private func signIn(_ name: String, _ password: String) throws -> String {
        let token = try #require(try object(logIn(name, password))["token"]?.text)
        RunRecord.note(secret: token)
        return token
    }

    private func change(
        _ old: String, _ new: String, _ headers: (String, String)...
    ) throws -> HTTPAnswer {
        try two.client().post(
            "/auth/password", #"{"current_password":"\#(old)","new_password":"\#(new)"}"#, headers: headers)
    }

    @Test func `a password change passes nginx with Bearer and cookie, and no log has a password`() throws {
        // The users are the same over both protocols.
        let name = GateProtocol.current == .http ? "bea" : "ann"
        let passwords = ["first-password-of-ann", "second-password-of-ann", "third-password-of-ann"]
        for password in passwords { RunRecord.note(secret: password) }
        try one.gate.addUser(name, password: passwords[0])
        let (mine, other) = try (signIn(name, passwords[0]), signIn(name, passwords[0]))

        #expect(try change(passwords[1], passwords[2], bearer(mine)).status == 403)
        #expect(try change(passwords[0], "short", bearer(mine)).status == 400)
        #expect(try change(passwords[0], passwords[1]).status == 401)
        let elsewhere = try change(passwords[0], passwords[1], cookie(mine), ("Sec-Fetch-Site", "cross-site"))
        #expect(elsewhere.status == 403)
        for pod in [one, two] {
            #expect(try pod.client().get("/api/page", headers: [bearer(other)]).status == 200)
        }

        #expect(try change(passwords[0], passwords[1], bearer(mine)).status == 204)
        let byCookie = try change(passwords[1], passwords[2], cookie(mine), ("Sec-Fetch-Site", "same-origin"))
        #expect(byCookie.status == 204 && byCookie.headers["Set-Cookie"] == nil)
        for pod in [one, two] {
            #expect(try pod.client().get("/api/page", headers: [bearer(mine)]).status == 200)
            try eventually("the other session has ended", within: .seconds(1)) {
                try pod.client().get("/api/page", headers: [bearer(other)]).status == 401
            }
        }
        for old in passwords.dropLast() { #expect(try logIn(name, old).status == 401) }
        _ = try signIn(name, passwords[2])
    }
}
