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

    @Test(arguments: ["/auth/forward", "/auth/forward/", "/auth/forward/app/../x", "/auth/forward//"])
    func `so does the check whose answer is for the client`(_ path: String) {
        for method in Self.methods { #expect(Route(path: path, method: method) == .forward) }
    }

    @Test func `a change of the password accepts only POST`() {
        for method in Self.methods {
            let expected = method == "POST" ? Route.password : .methodNotAllowed(.post)
            #expect(Route(path: "/auth/password", method: method) == expected)
        }
    }

    @Test(arguments: [
        ("/auth/login", Route.signInPage, Route.login), ("/auth/logout", .signOutPage, .logout),
        ("/auth/account", .accountPage, .account), ("/auth/reset", .resetPage, .reset),
    ])
    func `pages are read, and their forms are posted`(_ path: String, _ page: Route, _ form: Route) {
        for method in Self.methods {
            let isRead = method == "GET" || method == "HEAD"
            let expected = isRead ? page : method == "POST" ? form : .methodNotAllowed(.readAndPost)
            #expect(Route(path: path, method: method) == expected)
        }
    }

    @Test(arguments: [
        ("/auth/me", Route.me), ("/healthz", .health), ("/readyz", .readiness), ("/metrics", .metrics),
        ("/statusz", .status),
    ])
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
        "/auth/account/", "/auth/reset/", "/auth/reset/x", "/auth/forwardx", "/auth/forwar",
        "/auth/password/", "/auth/password/x",
        "/healthz/", "/metrics/", "/statusz/x",
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
