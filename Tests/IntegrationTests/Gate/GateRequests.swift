import FoundationEssentials
import TestSupport

/// Requests to a gate in the form in which nginx sends them.
extension GateProcess {
    /// Sends a request on a new connection and returns the response.
    func ask(
        _ method: String = "GET", _ path: String, parameters: [(String, String)] = [], body: [UInt8] = [],
        keepsConnection: Bool = false, timeout: Duration = .seconds(10)
    ) throws -> FastCGIAnswer {
        try FastCGIClient.request(
            endpoint, parameters: Self.parameters(method, path, parameters, body), body: body,
            keepsConnection: keepsConnection, timeout: timeout)
    }

    /// Returns the parameters of a request. The given ones are last and so take precedence over the others.
    static func parameters(
        _ method: String, _ path: String, _ more: [(String, String)] = [], _ body: [UInt8] = []
    ) -> [(String, String)] {
        [
            ("REQUEST_METHOD", method), ("SCRIPT_NAME", path), ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("CONTENT_LENGTH", body.isEmpty ? "" : "\(body.count)"), ("REMOTE_ADDR", "192.0.2.1"),
        ] + more
    }

    /// Sends a check and returns its status.
    func check(_ token: String?, timeout: Duration = .seconds(10)) throws -> Int {
        try FastCGIClient.check(endpoint, token: token, timeout: timeout)
    }

    /// Logs a user in with JSON.
    func logIn(_ name: String, _ password: String, timeout: Duration = .seconds(20)) throws -> FastCGIAnswer {
        try logIn(#"{"username":"\#(name)","password":"\#(password)"}"#, timeout: timeout)
    }

    /// Logs a user in with any JSON and additional parameters.
    func logIn(
        _ json: String, parameters: [(String, String)] = [], timeout: Duration = .seconds(20)
    ) throws -> FastCGIAnswer {
        try ask(
            "POST", "/auth/login", parameters: [("CONTENT_TYPE", "application/json")] + parameters,
            body: Array(json.utf8), timeout: timeout)
    }

    /// Creates a session by SQL like `signIn`, with the idle timeout that a login would set, and returns its token.
    func signIn(_ userID: String, idleTimeout seconds: Int, on server: PostgreSQLServer) throws -> String {
        // Not shortened afterwards: workers treat a shortened lifetime as the end of the session.
        let token = try signIn(userID, lifetime: "\(seconds * 11 / 10) seconds")
        try server.psql(
            """
            UPDATE session_tokens SET idle_timeout = '\(seconds) s', absolute_expires_at = now() + interval '1 day'
            WHERE token_hash = session_token_hash('\(token)')
            """)
        return token
    }

    /// Logs a session out with a bearer token.
    func logOut(_ token: String, timeout: Duration = .seconds(20)) throws -> FastCGIAnswer {
        try ask("POST", "/auth/logout", parameters: [Self.bearer(token)], timeout: timeout)
    }

    static func bearer(_ token: String) -> (String, String) { ("HTTP_AUTHORIZATION", "Bearer \(token)") }

    static func cookie(_ token: String) -> (String, String) { ("HTTP_COOKIE", "__Host-session=\(token)") }

    /// The header of a browser for a request by a page of the site itself.
    static let sameOrigin = ("HTTP_SEC_FETCH_SITE", "same-origin")

    /// The Set-Cookie that removes the session's cookie from a browser.
    static let expiredCookie = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"

    /// The stores in use by the worker that responds, or nil if it is not ready.
    var stores: [String]? {
        get throws {
            let answer = try ask("GET", "/readyz", timeout: .seconds(3))
            guard answer.status == 200, case .list(let stores) = try object(answer)["stores"] else { return nil }
            return stores
        }
    }

    /// The counters of the program, by the words of its last line.
    var counts: [String: Int] {
        guard let line = log.split(separator: "\n").last(where: { $0.contains("Z INFO: shut down after") }) else {
            return [:]
        }
        return line.split(separator: " ").reduce(into: [:]) { counts, word in
            let pair = word.split(separator: "=")
            if pair.count == 2 { counts[String(pair[0])] = Int(pair[1]) }
        }
    }

    /// Returns the number of lines of the log that contain `text`.
    func lines(with text: String) -> Int { log.split(separator: "\n").count { $0.contains(text) } }
}

extension FastCGIAnswer {
    /// The keys and texts of a flat JSON body. Numbers are omitted.
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
