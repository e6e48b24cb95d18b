extension PackedSession {
    /// Takes over bytes that have been elsewhere; nil when they are no session of this layout.
    init?(checking bytes: ArraySlice<UInt8>) {
        guard let format = bytes.first, format == Self.format || format == Self.plainFormat else { return nil }
        var rest = bytes.dropFirst(Self.textsStart)
        /// The next number, at most 32 bits of it.
        func number() -> Int? {
            var value = 0
            for shift in stride(from: 0, to: 32, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= Int(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        func skipText() -> Bool {
            guard let length = number(), length <= rest.count else { return false }
            rest = rest.dropFirst(length)
            return true
        }
        guard skipText(), let groups = number(), groups <= rest.count else { return nil }
        for _ in 0..<groups { guard skipText() else { return nil } }
        for _ in 0..<3 { guard skipText() else { return nil } }
        guard rest.isEmpty else { return nil }
        self.bytes = Array(bytes)
    }
}
