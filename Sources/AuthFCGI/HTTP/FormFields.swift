internal import EventLoop

/// The fields of a form as sent by a browser (application/x-www-form-urlencoded, URL Standard, section 5.1). Bodies that
/// two parsers could read differently are refused.
struct FormFields {
    /// The reason why a body is refused.
    enum Problem: Error, CaseIterable {
        /// A field without a name or `=`, an invalid escape, or a byte that must be encoded.
        case malformed
        case notUTF8
        /// C strings end at a NUL.
        case containsNUL
        /// Another parser might use the other value.
        case repeatedField
        case tooManyFields

        /// The message for the client.
        var message: String {
            switch self {
            case .malformed: "the body is not a form"
            case .notUTF8: "the form is not UTF-8"
            case .containsNUL: "a field must not contain NUL"
            case .repeatedField: "the form has a field twice"
            case .tooManyFields: "the form has more than \(FormFields.maxFields) fields"
            }
        }
    }

    /// The maximum number of fields. No form of this program has as many.
    static let maxFields = 32

    private var values: [String: String] = [:]

    /// - Parameter body: the complete body, whose length the server has limited. An empty body is a form without fields.
    /// - Throws: if the body is refused.
    init(_ body: [UInt8]) throws(Problem) {
        guard !body.isEmpty else { return }
        var rest = body[...]
        while true {
            let field = rest.prefix { $0 != UInt8(ascii: "&") }
            guard values.count < Self.maxFields else { throw .tooManyFields }
            let (name, value) = try Self.read(field)
            guard values.updateValue(value, forKey: name) == nil else { throw .repeatedField }
            guard field.endIndex < rest.endIndex else { return }
            rest = rest[(field.endIndex + 1)...]
        }
    }

    /// The value of a field; nil if the form has no such field.
    subscript(_ name: String) -> String? { values[name] }

    private static func read(_ field: ArraySlice<UInt8>) throws(Problem) -> (name: String, value: String) {
        guard field.allSatisfy(\.isASCIIVisible),
            let equals = field.firstIndex(of: UInt8(ascii: "=")), equals > field.startIndex
        else { throw .malformed }
        return (try text(field[..<equals]), try text(field[(equals + 1)...]))
    }

    private static func text(_ encoded: ArraySlice<UInt8>) throws(Problem) -> String {
        let text: String
        do throws(PercentDecoding.Problem) {
            text = try PercentDecoding.text(encoded, plusIsSpace: true)
        } catch {
            switch error {
            case .badEscape: throw .malformed
            case .notUTF8: throw .notUTF8
            }
        }
        guard !text.utf8.contains(0) else { throw .containsNUL }
        return text
    }
}
