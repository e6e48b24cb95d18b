internal import EventLoop

/// A host with or without a port, as in the header Host and in a URL (RFC 3986, section 3.2). A server must refuse any other
/// text in Host (RFC 9112, section 3.2).
enum HTTPHost {
    /// Returns true for a name or an IPv4 address, or an IPv6 address in brackets, with perhaps a colon and digits behind it.
    static func isValid(_ text: borrowing Span<UInt8>) -> Bool {
        guard let end = endOfHost(text) else { return false }
        guard end < text.count else { return true }
        guard text[end] == UInt8(ascii: ":") else { return false }
        for index in end + 1..<text.count where !text[index].isASCIIDigit { return false }
        return true
    }

    /// Returns the position behind the host; nil if the text does not begin with one.
    private static func endOfHost(_ text: borrowing Span<UInt8>) -> Int? {
        guard !text.isEmpty else { return nil }
        guard text[0] == UInt8(ascii: "[") else {
            let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
            return isName(text.extracting(0..<end)) ? end : nil
        }
        guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let address = text.extracting(1..<bracket)
        // An address of IPv4 has no brackets, and a zone means nothing on another machine.
        guard address.contains(UInt8(ascii: ":")), IPAddress(address) != nil else { return nil }
        return bracket + 1
    }

    /// Returns true for a name or an IPv4 address, which is not empty in a URL of http (RFC 9110, section 4.2.1).
    private static func isName(_ name: borrowing Span<UInt8>) -> Bool {
        for index in name.indices {
            guard HTTPSyntax.hostName.contains(name[index]) else { return false }
            guard name[index] == UInt8(ascii: "%") else { continue }
            guard index + 2 < name.count, name[index + 1].hexDigitValue != nil, name[index + 2].hexDigitValue != nil
            else {
                return false
            }
        }
        return !name.isEmpty
    }
}
