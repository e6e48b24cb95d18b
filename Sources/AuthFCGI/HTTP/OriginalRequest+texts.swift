internal import EventLoop

/// The facts in the forms that routes need.
extension OriginalRequest {
    /// The complete path.
    var fullPath: String { (self[.path] ?? "") + (self[.pathInfo] ?? "") }

    /// The address of the client; nil if it is unknown.
    var clientAddress: String? { self[.clientAddress].flatMap { $0.isEmpty ? nil : $0 } }

    /// The first 256 characters of the user agent.
    var userAgent: String? { self[.userAgent].map { String($0.prefix(256)) } }

    /// True if the answer is shown as a page: a program, a script or an image that is told to sign in would take the
    /// sign-in page for its answer. Browsers without Sec-Fetch-Mode, and all on plain http, say what they accept.
    var isPageLoad: Bool {
        if let mode = self[.fetchMode], !mode.isEmpty { return mode == "navigate" }
        let accepted = (self[.accept] ?? "").lowercased().split(separator: ",")
        return accepted.contains { $0.prefix { $0 != ";" }.trimming { $0 == " " || $0 == "\t" } == "text/html" }
    }

    /// The media type of the body; nil if it has none or one that no route accepts.
    var mediaType: MediaType? { self[.contentType].flatMap { MediaType(contentType: $0) } }
}
