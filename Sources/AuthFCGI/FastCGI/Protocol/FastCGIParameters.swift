internal import Glibc

/// The parameters of a request, as they arrived.
struct FastCGIParameters {
    /// Name-value pairs, one behind the other (specification, section 3.4).
    private let pairs: [UInt8]
    /// Where the last value of each ``CheckParameter`` lies, and how many there are.
    private var checkValues = InlineArray<5, Range<Int>>(repeating: 0..<0)
    private var checkCounts = InlineArray<5, Int>(repeating: 0)

    /// - Parameter request: a request that ``FastCGIScanner`` has found complete.
    init(of request: Span<UInt8>) {
        let pairs = unsafe [UInt8](unsafeUninitializedCapacity: request.count) { buffer, count in
            var writer = unsafe ByteWriter(buffer)
            var offset = 0
            while true {
                let header = FastCGIRecordHeader(request, at: offset)
                let start = offset + FastCGIRecordHeader.size
                let end = start + header.contentBytes
                offset = end + header.paddingBytes
                guard header.type == .parameters else { continue }
                guard header.contentBytes > 0 else { break }
                writer.append(request.extracting(start..<end))
            }
            count = writer.count
        }
        var next = 0
        while let pair = Pair(pairs.span, at: next) {
            next = pair.value.upperBound
            guard let parameter = CheckParameter(pairs.span.extracting(pair.name)) else { continue }
            checkValues[parameter.rawValue] = pair.value
            checkCounts[parameter.rawValue] += 1
        }
        self.pairs = pairs
    }

    /// How often a parameter came.
    @inline(__always)
    func count(of parameter: CheckParameter) -> Int { checkCounts[parameter.rawValue] }

    /// Calls `body` with the last value of a parameter; empty when there is none.
    @inline(__always)
    func withLastValue<T>(of parameter: CheckParameter, _ body: (Span<UInt8>) -> T) -> T {
        body(pairs.span.extracting(checkValues[parameter.rawValue]))
    }

    /// The last value of the parameter of that name; nil when there is none. The last, because an nginx location
    /// includes the usual parameters and sets its own behind them, and nginx then passes both.
    func lastValue(of name: StaticString) -> ArraySlice<UInt8>? {
        let pairs = pairs.span
        var last: Range<Int>?
        var next = 0
        while let pair = Pair(pairs, at: next) {
            next = pair.value.upperBound
            if pairs.extracting(pair.name).equals(name) { last = pair.value }
        }
        return last.map { self.pairs[$0] }
    }

    /// All values of a parameter, in the order in which they came.
    func values(of parameter: CheckParameter) -> [ArraySlice<UInt8>] {
        let pairs = pairs.span
        var values: [ArraySlice<UInt8>] = []
        var next = 0
        while let pair = Pair(pairs, at: next) {
            next = pair.value.upperBound
            if pairs.extracting(pair.name).equals(parameter.name) { values.append(self.pairs[pair.value]) }
        }
        return values
    }

    /// Where a name and its value lie.
    private struct Pair {
        let name: Range<Int>
        let value: Range<Int>

        /// - Returns: nil at the end.
        @inline(__always)
        init?(_ bytes: Span<UInt8>, at offset: Int) {
            guard offset < bytes.count else { return nil }
            var next = offset
            let nameLength = Self.length(bytes, &next)
            let valueLength = Self.length(bytes, &next)
            name = next..<next + nameLength
            value = name.upperBound..<name.upperBound + valueLength
        }

        /// Lengths below 128 take one byte, others four with the highest bit set.
        @inline(__always)
        private static func length(_ bytes: Span<UInt8>, _ offset: inout Int) -> Int {
            let first = bytes[offset]
            offset += 1
            guard first >= 0x80 else { return Int(first) }
            defer { offset += 3 }
            return Int(first & 0x7f) << 24 | Int(bytes[offset]) << 16 | Int(bytes[offset + 1]) << 8
                | Int(bytes[offset + 2])
        }
    }
}

extension CheckParameter {
    /// nil when checks do not ask for a parameter of that name.
    @inline(__always)
    fileprivate init?(_ name: Span<UInt8>) {
        let candidate: CheckParameter
        switch (name.count, name.isEmpty ? 0 : name[0]) {
        case (9, UInt8(ascii: "P")): candidate = .pathInfo
        case (11, UInt8(ascii: "S")): candidate = .scriptName
        case (11, UInt8(ascii: "H")): candidate = .cookie
        case (12, UInt8(ascii: "A")): candidate = .require
        case (18, UInt8(ascii: "H")): candidate = .authorization
        default: return nil
        }
        guard name.equals(candidate.name) else { return nil }
        self = candidate
    }
}
