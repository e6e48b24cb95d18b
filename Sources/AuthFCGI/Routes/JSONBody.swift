internal import FoundationEssentials

/// A JSON object that a client has sent, read strictly.
enum JSONBody {
    typealias Problem = LoginRequest.Problem

    /// Reads an object whose values are texts and flags.
    /// - Parameter fields: what it must have, as the end of a sentence.
    static func decode<Body: Decodable>(
        _ type: Body.Type, from body: [UInt8], fields: String
    ) throws(Problem) -> Body {
        // JSON is UTF-8 (RFC 8259, section 8.1) and then has no NUL. The decoder would take UTF-16 and UTF-32 as well, in
        // which what follows would not find a key that comes twice.
        guard !body.contains(0) else { throw Problem("the body is not JSON") }
        let decoded: Body
        do {
            decoded = try JSONDecoder().decode(Body.self, from: Data(body))
        } catch let error as DecodingError {
            throw problem(error, fields)
        } catch {
            throw Problem("the body is not JSON")
        }
        // What the decoder lets pass: a second value for a key, of which another reader might take the other one.
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
