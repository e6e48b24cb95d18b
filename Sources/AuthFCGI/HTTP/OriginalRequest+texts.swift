/// The facts in the forms in which routes need them.
extension OriginalRequest {
    /// The whole path.
    var fullPath: String { (self[.path] ?? "") + (self[.pathInfo] ?? "") }

    /// The client's address; nil when it is not known.
    var clientAddress: String? { self[.clientAddress].flatMap { $0.isEmpty ? nil : $0 } }

    /// The user agent, cut to what is worth keeping.
    var userAgent: String? { self[.userAgent].map { String($0.prefix(256)) } }

    /// What the body is said to be; nil when that is nothing that a route takes.
    var mediaType: MediaType? { self[.contentType].flatMap { MediaType(contentType: $0) } }
}
