import FoundationEssentials
import TestSupport

/// Parses the JSON object in a response of an endpoint.
func object(_ answer: HTTPAnswer) throws -> [String: JSONValue] {
    try JSONDecoder().decode([String: JSONValue].self, from: Data(answer.body))
}

/// Parses the JSON object in a FastCGI response.
func object(_ answer: FastCGIAnswer) throws -> [String: JSONValue] {
    try JSONDecoder().decode([String: JSONValue].self, from: Data(answer.body))
}

/// A value in the JSON of the endpoints.
enum JSONValue: Decodable, Equatable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([String])
    case objects([[String: JSONValue]])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let list = try? value.decode([String].self) {
            self = .list(list)
        } else if let objects = try? value.decode([[String: JSONValue]].self) {
            self = .objects(objects)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}
