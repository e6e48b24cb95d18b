extension PackedSession {
    /// Takes over bytes from outside this process. Returns nil if they are not a session of this layout.
    init?(checking bytes: ArraySlice<UInt8>) {
        let own = Array(bytes)
        guard own.count > Self.textsStart, own[0] == Self.format || own[0] == Self.plainFormat,
            Self.areTexts(own.span.extracting(Self.textsStart...))
        else { return nil }
        self.bytes = own
    }

    /// Returns whether the bytes are the texts of a session and nothing else.
    private static func areTexts(_ bytes: borrowing Span<UInt8>) -> Bool {
        var offset = 0
        /// Returns the next number, of at most five bytes, or nil if it is malformed.
        func number(_ bytes: borrowing Span<UInt8>) -> Int? {
            var value = 0
            for shift in stride(from: 0, to: 32, by: 7) {
                guard offset < bytes.count else { return nil }
                let byte = bytes[offset]
                offset += 1
                value |= Int(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        func skipText(_ bytes: borrowing Span<UInt8>) -> Bool {
            guard let length = number(bytes), length <= bytes.count - offset else { return false }
            offset += length
            return true
        }
        guard skipText(bytes), let groups = number(bytes), groups <= bytes.count - offset else { return false }
        for _ in 0..<groups + 3 { guard skipText(bytes) else { return false } }
        return offset == bytes.count
    }
}
