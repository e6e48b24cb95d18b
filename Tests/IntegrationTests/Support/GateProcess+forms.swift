import TestSupport

/// Requests of browsers: pages and their forms.
extension GateProcess {
    static let form = ("CONTENT_TYPE", "application/x-www-form-urlencoded")

    /// Sends a form as a page of the site does. The given parameters take precedence over the usual ones.
    func submitForm(
        _ path: String, _ fields: [(String, String)], _ parameters: [(String, String)] = [],
        timeout: Duration = .seconds(20)
    ) throws -> FastCGIAnswer {
        let body = fields.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
        return try ask(
            "POST", path, parameters: [Self.form, Self.sameOrigin] + parameters, body: Array(body.utf8),
            timeout: timeout)
    }

    /// Loads a page of the site by a link on another one.
    func load(_ path: String, query: String = "", _ parameters: [(String, String)] = []) throws -> FastCGIAnswer {
        try ask("GET", path, parameters: [("QUERY_STRING", query), Self.sameOrigin] + parameters)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
