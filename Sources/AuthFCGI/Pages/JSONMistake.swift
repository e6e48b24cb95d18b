/// Finds the first mistake in a JSON object of texts that a decoder has refused without saying where.
enum JSONMistake {
    /// Returns the line at which the text is no JSON object of texts any more; nil if none is found.
    static func line(in text: String) -> Int? {
        var bytes = Array(text.utf8)[...]
        var line = 1
        // What may come next. After a comma there has to be another key.
        var expected = "{"
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
            case UInt8(ascii: "{") where expected == "{": expected = "key or }"
            case UInt8(ascii: "\"") where expected.hasPrefix("key") || expected == "text":
                guard skipString(&bytes) else { return line }
                expected = expected == "text" ? ", or }" : ":"
            case UInt8(ascii: ":") where expected == ":": expected = "text"
            case UInt8(ascii: ",") where expected == ", or }": expected = "key"
            case UInt8(ascii: "}") where expected.hasSuffix("}"): expected = "end"
            default: return line
            }
        }
        return expected == "end" ? nil : line
    }

    /// Removes the rest of a string with its closing quotation mark. Returns false if it has none on its line.
    private static func skipString(_ bytes: inout ArraySlice<UInt8>) -> Bool {
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\n"): return false
            case UInt8(ascii: "\\"): _ = bytes.popFirst()
            default: break
            }
        }
        return false
    }
}
