/// A header that the program uses. The case of names has no meaning; `_` is another character than `-`.
enum HTTPField: Equatable {
    /// A header whose value becomes a fact unchanged.
    case fact(OriginalRequest.Fact)
    case host
    case connection
    case contentLength
    case transferEncoding
    case expect
    case forwardedFor

    /// Returns the header with a name, which is a token; nil for one without a meaning.
    @inline(__always)
    init?(name: borrowing Span<UInt8>) {
        guard let letter = Self.letter(of: name) else { return nil }
        let candidate: (field: Self, name: StaticString)
        switch (name.count, letter) {
        case (4, UInt8(ascii: "h")): candidate = (.host, "host")
        case (6, UInt8(ascii: "c")): candidate = (.fact(.cookie), "cookie")
        case (6, UInt8(ascii: "a")): candidate = (.fact(.accept), "accept")
        case (6, UInt8(ascii: "e")): candidate = (.expect, "expect")
        case (6, UInt8(ascii: "o")): candidate = (.fact(.origin), "origin")
        case (10, UInt8(ascii: "c")): candidate = (.connection, "connection")
        case (10, UInt8(ascii: "u")): candidate = (.fact(.userAgent), "user-agent")
        case (11, UInt8(ascii: "t")): candidate = (.fact(.traceparent), "traceparent")
        case (12, UInt8(ascii: "c")): candidate = (.fact(.contentType), "content-type")
        case (12, UInt8(ascii: "x")): candidate = (.fact(.requestID), "x-request-id")
        case (13, UInt8(ascii: "n")): candidate = (.fact(.authorization), "authorization")
        case (14, UInt8(ascii: "t")):
            if name[0] | 0x20 == UInt8(ascii: "c") {
                candidate = (.contentLength, "content-length")
            } else {
                candidate = (.fact(.fetchSite), "sec-fetch-site")
            }
        case (14, UInt8(ascii: "d")): candidate = (.fact(.fetchMode), "sec-fetch-mode")
        case (15, UInt8(ascii: "a")): candidate = (.fact(.acceptLanguage), "accept-language")
        case (15, UInt8(ascii: "f")): candidate = (.forwardedFor, "x-forwarded-for")
        case (15, UInt8(ascii: "u")): candidate = (.fact(.originalURI), "x-forwarded-uri")
        case (16, UInt8(ascii: "h")): candidate = (.fact(.host), "x-forwarded-host")
        case (17, UInt8(ascii: "o")): candidate = (.transferEncoding, "transfer-encoding")
        case (17, UInt8(ascii: "p")): candidate = (.fact(.scheme), "x-forwarded-proto")
        case (18, UInt8(ascii: "m")): candidate = (.fact(.originalMethod), "x-forwarded-method")
        default: return nil
        }
        guard name.equals(ignoringCaseOf: candidate.name) else { return nil }
        self = candidate.field
    }

    /// The letter, in lower case, that distinguishes names of the same length, except two: the thirteenth, or the first of
    /// a short name.
    @inline(__always)
    private static func letter(of name: borrowing Span<UInt8>) -> UInt8? {
        if name.count > 12 { return name[12] | 0x20 }
        return name.isEmpty ? nil : name[0] | 0x20
    }

    /// The names of all headers that have a meaning.
    static let names = [
        "host", "cookie", "accept", "expect", "origin", "connection", "user-agent", "traceparent", "content-type",
        "x-request-id", "authorization",
        "content-length", "sec-fetch-site", "sec-fetch-mode", "accept-language", "x-forwarded-for", "x-forwarded-uri",
        "x-forwarded-host", "transfer-encoding", "x-forwarded-proto", "x-forwarded-method",
    ]
}
