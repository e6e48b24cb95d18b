/// What the body of a request is said to be.
enum MediaType: String {
    case json = "application/json"
    case form = "application/x-www-form-urlencoded"

    /// - Parameter contentType: the header's value; its parameters do not matter. Types are compared without case
    ///   (RFC 9110, section 8.3.1).
    /// - Returns: nil for a type that no route takes.
    init?(contentType: String) {
        let words = contentType.prefix { $0 != ";" }.lowercased().split(separator: " ")
        guard let type = words.first, words.count == 1 else { return nil }
        self.init(rawValue: String(type))
    }
}
