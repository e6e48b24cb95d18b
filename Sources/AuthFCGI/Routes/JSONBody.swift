internal import FoundationEssentials

/// A strict parser of JSON objects from clients.
enum JSONBody {
    typealias Problem = LoginRequest.Problem

    /// Decodes an object of strings and Boolean values.
    /// - Parameter fields: The required fields, as the end of a sentence.
    static func decode<Body: Decodable>(
        _ type: Body.Type, from body: [UInt8], fields: String
    ) throws(Problem) -> Body {
        // JSON is UTF-8 (RFC 8259, section 8.1) without NUL. The decoder would also accept UTF-16 and UTF-32, in which
        // the search for repeated keys below finds nothing.
        guard !body.contains(0) else { throw Problem("the body is not JSON") }
        // No sender may add one (RFC 8259, section 8.1), and readers differ in what they do with it.
        guard !body.starts(with: [0xef, 0xbb, 0xbf]) else {
            throw Problem("the body begins with a byte order mark; send the JSON without it")
        }
        guard JSONGrammar.accepts(body) else { throw Problem("the body is not JSON") }
        let decoded: Body
        do {
            decoded = try JSONDecoder().decode(Body.self, from: Data(body))
        } catch let error as DecodingError {
            throw problem(error, fields)
        } catch {
            throw Problem("the body is not JSON")
        }
        // The decoder accepts a repeated key, of which another parser might take the other value.
        var keys: Set<String> = []
        for key in JSONKeys.topLevel(of: body) {
            guard keys.insert(key).inserted else { throw Problem("the body has a key twice") }
        }
        return decoded
    }

    private static func problem(_ error: DecodingError, _ fields: String) -> Problem {
        switch error {
        case .keyNotFound(let key, _): Problem("\(key.stringValue) is missing")
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            if let key = context.codingPath.first {
                Problem("\(key.stringValue) must be \(type == Bool.self ? "true or false" : "a string")")
            } else {
                Problem("the body must be a JSON object with \(fields)")
            }
        case .dataCorrupted: Problem("the body is not JSON")
        @unknown default: Problem("the body is not JSON")
        }
    }
}
