internal import ArgumentParser

/// The address of a site on a command line: a scheme, a host, and a port if it is not the scheme's own.
struct SiteURL {
    /// Without a slash at the end.
    let text: String

    /// - Throws: The rule that the text violates.
    init(parsing text: String) throws(ValidationError) {
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard WebOrigin(self.text) != nil else {
            throw ValidationError("it must be the scheme and the host of the site, such as https://www.example.org")
        }
    }
}
