internal import FoundationEssentials

/// The keys of a JSON object as written, including repeated ones, which the decoder does not report.
enum JSONKeys {
    /// Returns the keys of the outermost object.
    /// - Parameter json: JSON that a decoder has accepted.
    static func topLevel(of json: [UInt8]) -> [String] {
        var keys: [String] = []
        var depth = 0
        var index = 0
        var lastString: Range<Int>?
        while index < json.count {
            switch json[index] {
            case UInt8(ascii: "\""):
                let end = endOfString(json, from: index)
                if depth == 1 { lastString = index..<end }
                index = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ":") where depth == 1:
                if let lastString { keys.append(decoded(json[lastString])) }
            default: break
            }
            index += 1
        }
        return keys
    }

    /// Returns the index after the string that begins at `start`.
    private static func endOfString(_ json: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    /// Decodes a key. Keys may contain escapes: `"\u0075sername"` is `"username"`.
    private static func decoded(_ string: ArraySlice<UInt8>) -> String {
        guard string.contains(UInt8(ascii: "\\")) else {
            return String(decoding: string.dropFirst().dropLast(), as: UTF8.self)
        }
        let array = [UInt8(ascii: "[")] + string + [UInt8(ascii: "]")]
        // Part of a valid document, so decoding cannot fail; if it did, the raw form would still distinguish keys.
        let texts = try? JSONDecoder().decode([String].self, from: Data(array))
        return texts?.first ?? String(decoding: string, as: UTF8.self)
    }
}
