/// The media types of request bodies that routes accept.
enum MediaType: String {
    case json = "application/json"
    case form = "application/x-www-form-urlencoded"

    /// - Parameter contentType: the value of the header. Its parameters are ignored, and so is case (RFC 9110, section
    ///   8.3.1).
    /// - Returns: nil for any other type.
    init?(contentType: String) {
        // Optional whitespace before a parameter is spaces and tabs (RFC 9110, section 5.6.3).
        let words = contentType.prefix { $0 != ";" }.lowercased().split { $0 == " " || $0 == "\t" }
        guard let type = words.first, words.count == 1 else { return nil }
        self.init(rawValue: String(type))
    }
}
