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
        let body = Array(#"{"username":"\#(name)","password":"\#(password)"}"#.utf8)
        return try ask(
            "POST", "/auth/login", parameters: [("CONTENT_TYPE", "application/json")], body: body, timeout: timeout)
    }

    /// A logout by Bearer.
    func logOut(_ token: String, timeout: Duration = .seconds(20)) throws -> FastCGIAnswer {
        try ask("POST", "/auth/logout", parameters: [Self.bearer(token)], timeout: timeout)
    }

    static func bearer(_ token: String) -> (String, String) { ("HTTP_AUTHORIZATION", "Bearer \(token)") }

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
