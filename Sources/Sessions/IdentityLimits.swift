/// The maximum lengths of an identity's texts, which the database has too: see `require_identity()` in the migrations.
///
/// Every accepted check returns the identity in headers. Percent-encoded, an identity of these lengths fits the buffer that
/// `nginx/authfcgi/question.conf` sets.
package enum IdentityLimits {
    /// The maximum length of a user's permanent id, in bytes of UTF-8.
    package static let userIDBytes = 255
    /// The maximum length of a username, in Unicode scalars.
    package static let username = 256
    /// The maximum length of a display name, in Unicode scalars.
    package static let name = 256
    /// The maximum length of an email address, in Unicode scalars.
    package static let email = 320
    /// The maximum length of all groups with a comma between each two, in bytes of UTF-8.
    package static let groupBytes = 4096
    /// The maximum length of a session's label, in Unicode scalars.
    package static let label = 256

    /// The maximum length of a Unicode scalar, in bytes of UTF-8.
    static let bytesPerScalar = 4

    /// Returns the limit that a text exceeds, as a sentence without its end, such as "name is longer than 256 characters";
    /// nil if there is none. A nil argument exceeds nothing.
    package static func excess(
        username: String? = nil, name: String? = nil, email: String? = nil, groups: [String]? = nil
    ) -> String? {
        for (field, text, most) in [
            ("username", username, Self.username), ("name", name, Self.name), ("email", email, Self.email),
        ] {
            if let text, exceeds(text, most) { return "\(field) is longer than \(most) characters" }
        }
        guard let groups, !groups.isEmpty,
            groups.reduce(groups.count - 1, { $0 + $1.utf8.count }) > groupBytes
        else { return nil }
        return "groups are longer than \(groupBytes) bytes together"
    }

    /// Returns whether `text` has more than `most` Unicode scalars.
    package static func exceeds(_ text: String, _ most: Int) -> Bool {
        // The length in bytes is known without reading the text.
        text.utf8.count > most && text.unicodeScalars.count > most
    }
}
