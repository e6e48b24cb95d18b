/// The facts in the forms that routes need.
extension OriginalRequest {
    /// The complete path.
    var fullPath: String { (self[.path] ?? "") + (self[.pathInfo] ?? "") }

    /// The address of the client; nil if it is unknown.
    var clientAddress: String? { self[.clientAddress].flatMap { $0.isEmpty ? nil : $0 } }

    /// The first 256 characters of the user agent.
    var userAgent: String? { self[.userAgent].map { String($0.prefix(256)) } }

    /// The media type of the body; nil if it has none or one that no route accepts.
    var mediaType: MediaType? { self[.contentType].flatMap { MediaType(contentType: $0) } }
}
