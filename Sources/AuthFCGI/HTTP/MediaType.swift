/// The media types of request bodies that routes accept.
enum MediaType: String {
    case json = "application/json"
    case form = "application/x-www-form-urlencoded"

    /// - Parameter contentType: the value of the header. Its parameters are ignored, and so is case (RFC 9110, section
    ///   8.3.1).
    /// - Returns: nil for any other type.
    init?(contentType: String) {
        let words = contentType.prefix { $0 != ";" }.lowercased().split(separator: " ")
        guard let type = words.first, words.count == 1 else { return nil }
        self.init(rawValue: String(type))
    }
}
