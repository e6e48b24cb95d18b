/// The bytes of the Redis serialization protocol, for the servers of tests.
enum RESP {
    static func line(_ text: String) -> [UInt8] { Array(text.utf8) + [13, 10] }

    /// Returns a string reply, or the null reply.
    static func string(_ bytes: [UInt8]?) -> [UInt8] {
        guard let bytes else { return line("$-1") }
        return line("$\(bytes.count)") + bytes + [13, 10]
    }

    /// Returns an array reply.
    ///
    /// - Parameter elements: The elements in their wire format.
    static func array(_ elements: [[UInt8]]) -> [UInt8] {
        elements.reduce(into: line("*\(elements.count)")) { $0 += $1 }
    }

    /// Removes and returns the first command, or returns nil if it is incomplete.
    static func takeCommand(from bytes: inout [UInt8]) -> [[UInt8]]? {
        var rest = bytes[...]
        func number(after sign: Character) -> Int? {
            guard let end = rest.firstIndex(of: 13), end + 1 < rest.endIndex, rest.first == sign.asciiValue else {
                return nil
            }
            defer { rest = rest[(end + 2)...] }
            return Int(String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self))
        }
        guard let count = number(after: "*") else { return nil }
        var words: [[UInt8]] = []
        for _ in 0..<count {
            guard let length = number(after: "$"), rest.count >= length + 2 else { return nil }
            words.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length + 2)
        }
        bytes = Array(rest)
        return words
    }
}
