import Testing

@testable import AuthFCGI

struct RouteTests {
    static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "", "X"]

    @Test(arguments: [
        "/auth/verify", "/auth/verify/", "/auth/verify/admin", "/auth/verify/../../login", "/auth/verify//",
    ])
    func `the check accepts every method and any path below its own`(_ path: String) {
        for method in Self.methods { #expect(Route(path: path, method: method) == .verify) }
    }

    @Test(arguments: [("/auth/login", Route.login), ("/auth/logout", .logout), ("/auth/password", .password)])
    func `routes that change something accept only POST`(_ path: String, _ route: Route) {
        for method in Self.methods {
            #expect(Route(path: path, method: method) == (method == "POST" ? route : .methodNotAllowed(.post)))
        }
    }

    @Test(arguments: [("/auth/me", Route.me), ("/healthz", .health), ("/readyz", .readiness)])
    func `routes that only read accept GET and HEAD`(_ path: String, _ route: Route) {
        for method in Self.methods {
            let isRead = method == "GET" || method == "HEAD"
            #expect(Route(path: path, method: method) == (isRead ? route : .methodNotAllowed(.read)))
        }
    }

    @Test(arguments: [
        ("/auth/account", Route.accountPage, Route.account), ("/auth/reset", .resetPage, .reset),
    ])
    func `a page accepts GET and HEAD, and its form POST`(_ path: String, _ page: Route, _ form: Route) {
        for method in Self.methods {
            let isRead = method == "GET" || method == "HEAD"
            let expected = isRead ? page : method == "POST" ? form : .methodNotAllowed(.readAndPost)
            #expect(Route(path: path, method: method) == expected)
        }
    }

    @Test(arguments: [
        "", "/", "/auth", "/auth/", "/auth/verif", "/auth/verifyx", "/auth/verify?x", "/auth/verify%2f", "/AUTH/VERIFY",
        "//auth/verify", "/x/auth/verify", "/auth/login/", "/auth/login/x", "/auth/me/", "/auth/logout/",
        "/auth/password/", "/auth/password/x", "/auth/account/", "/auth/reset/", "/auth/reset/x",
        "/healthz/",
        "/readyz/x", "/auth/./verify", "/auth//verify", " /auth/verify", "auth/verify",
    ])
    func `every other spelling of a path is unknown`(_ path: String) {
        for method in Self.methods { #expect(Route(path: path, method: method) == .unknown) }
    }

    @Test func `a session is ended only by DELETE with its public id`() {
        let id = "f38558e5-eee0-46ce-a2f4-945457024686"
        for method in Self.methods {
            let expected = method == "DELETE" ? Route.session(id: id) : .methodNotAllowed(.delete)
            #expect(Route(path: "/auth/sessions/\(id)", method: method) == expected)
            for other in ["", "x", id.uppercased(), id + "/", String(id.dropLast()), id.replacing("-", with: "0")] {
                #expect(Route(path: "/auth/sessions/\(other)", method: method) == .unknown)
            }
        }
    }
}
