/// A line of a file of an nginx configuration.
struct NginxPlace: Hashable, Sendable, CustomStringConvertible {
    let file: String
    let line: Int

    var description: String { "\(file):\(line)" }
}

/// A directive of an nginx configuration.
struct NginxDirective: Sendable {
    let name: String
    let arguments: [String]
    let place: NginxPlace
    /// The directives of its block, in order; nil if it has none.
    var block: [NginxDirective]?

    /// The directive as in a message: without its block, and cut if it is long.
    var text: String {
        let words = ([name] + arguments).joined(separator: " ")
        return words.count > 60 ? words.prefix(59) + "…" : words
    }

    /// The name of the file of `nginx/authfcgi` that an `include` names, such as `verify.conf`; nil for other directives.
    /// A form over HTTP, such as `verify-http.conf`, does the same as the form over FastCGI, and has its name here.
    var gateFile: String? { includedFile.map { $0.replacing(Self.endOfHTTPForms, with: ".conf") } }

    /// True for an `include` of a form over HTTP.
    var includesHTTPForm: Bool { includedFile?.hasSuffix(Self.endOfHTTPForms) ?? false }

    private static let endOfHTTPForms = "-http.conf"

    /// The name of that file as it is written, such as `verify-http.conf`.
    var includedFile: String? {
        guard name == "include", let path = arguments.first else { return nil }
        let parts = path.split(separator: "/").suffix(2)
        return parts.count == 2 && parts.first == "authfcgi" ? parts.last.map(String.init) : nil
    }
}
