/// A value in a JSON object that a command prints.
enum JSONField: Encodable {
    /// Nil is null, so that every key is always present.
    case text(String?)
    case number(Int)
    case flag(Bool)
    case texts([String])
    case numbers([Int])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .texts(let texts): try container.encode(texts)
        case .numbers(let numbers): try container.encode(numbers)
        }
    }
}
