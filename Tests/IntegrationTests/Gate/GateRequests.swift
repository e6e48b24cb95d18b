import FoundationEssentials
import TestSupport

/// Requests to a gate, as nginx would send them.
extension GateProcess {
    /// Any request, on a connection of its own.
    func ask(
        _ method: String = "GET", _ path: String, parameters: [(String, String)] = [], body: [UInt8] = [],
        keepsConnection: Bool = false, timeout: Duration = .seconds(10)
    ) throws -> FastCGIAnswer {
        try FastCGIClient.request(
            endpoint, parameters: Self.parameters(method, path, parameters, body), body: body,
            keepsConnection: keepsConnection, timeout: timeout)
    }

    /// The parameters of a request; those given come last and so win over the others.
    static func parameters(
        _ method: String, _ path: String, _ more: [(String, String)] = [], _ body: [UInt8] = []
    ) -> [(String, String)] {
        [
            ("REQUEST_METHOD", method), ("SCRIPT_NAME", path), ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("CONTENT_LENGTH", body.isEmpty ? "" : "\(body.count)"), ("REMOTE_ADDR", "192.0.2.1"),
        ] + more
    }

    /// A check; its status.
    func check(_ token: String?, timeout: Duration = .seconds(10)) throws -> Int {
        try FastCGIClient.check(endpoint, token: token, timeout: timeout)
    }

    /// A login by JSON.
    func logIn(_ name: String, _ password: String, timeout: Duration = .seconds(20)) throws -> FastCGIAnswer {
        try logIn(#"{"username":"\#(name)","password":"\#(password)"}"#, timeout: timeout)
    }

    /// A login by any JSON, with more parameters.
    func logIn(
        _ json: String, parameters: [(String, String)] = [], timeout: Duration = .seconds(20)
    ) throws -> FastCGIAnswer {
        try ask(
            "POST", "/auth/login", parameters: [("CONTENT_TYPE", "application/json")] + parameters,
            body: Array(json.utf8), timeout: timeout)
    }

    /// A new session's token, with the idle timeout that a login would give it: made by SQL like those of `signIn`.
    func signIn(_ userID: String, idleTimeout seconds: Int, on server: PostgreSQLServer) throws -> String {
        // Not made shorter afterwards: to the workers that would be its end.
        let token = try signIn(userID, lifetime: "\(seconds * 11 / 10) seconds")
        try server.psql(
            """
            UPDATE session_tokens SET idle_timeout = '\(seconds) s', absolute_expires_at = now() + interval '1 day'
            WHERE token_hash = session_token_hash('\(token)')
            """)
        return token
    }

    /// A logout by Bearer.
    func logOut(_ token: String, timeout: Duration = .seconds(20)) throws -> FastCGIAnswer {
        try ask("POST", "/auth/logout", parameters: [Self.bearer(token)], timeout: timeout)
    }

    static func bearer(_ token: String) -> (String, String) { ("HTTP_AUTHORIZATION", "Bearer \(token)") }

    static func cookie(_ token: String) -> (String, String) { ("HTTP_COOKIE", "__Host-session=\(token)") }

    /// What a browser says of a request that a page of the site itself makes.
    static let sameOrigin = ("HTTP_SEC_FETCH_SITE", "same-origin")

    /// The Set-Cookie that makes a browser forget the session's cookie.
    static let expiredCookie = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"

    /// The stores that the worker that answers works with; nil when it is not ready.
    var stores: [String]? {
        get throws {
            let answer = try ask("GET", "/readyz", timeout: .seconds(3))
            guard answer.status == 200, case .list(let stores) = try object(answer)["stores"] else { return nil }
            return stores
        }
    }

    /// What the program has counted, by the words of the line with which it ends.
    var counts: [String: Int] {
        guard let line = log.split(separator: "\n").last(where: { $0.hasPrefix("INFO: shut down after") }) else {
            return [:]
        }
        return line.split(separator: " ").reduce(into: [:]) { counts, word in
            let pair = word.split(separator: "=")
            if pair.count == 2 { counts[String(pair[0])] = Int(pair[1]) }
        }
    }

    /// How many lines of the log contain `text`.
    func lines(with text: String) -> Int { log.split(separator: "\n").count { $0.contains(text) } }
}

extension FastCGIAnswer {
    /// The keys of a flat JSON body and its texts; numbers are left out.
    var json: [String: String]? {
        struct Text: Decodable {
            let value: String?
            init(from decoder: any Decoder) throws {
                value = try? decoder.singleValueContainer().decode(String.self)
            }
        }
        guard let fields = try? JSONDecoder().decode([String: Text].self, from: Data(body)) else { return nil }
        return fields.compactMapValues(\.value)
    }
}
