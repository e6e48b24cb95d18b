/// A parameter in PostgreSQL's binary form.
enum BinaryParameter {
    /// bytea
    case digest(SHA256Digest)
    /// bytea[]
    case digests([SHA256Digest])

    /// Calls `body` with the bytes as they are sent.
    func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        switch self {
        case .digest(let digest): unsafe digest.withBytes { unsafe body($0) }
        case .digests(let digests): unsafe Self.array(digests).withUnsafeBytes { unsafe body($0) }
        }
    }

    /// Calls `body` with this parameter and a bigint as libpq takes them: values, lengths and formats.
    func withArguments<T>(
        _ number: Int64,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> T
    ) -> T {
        unsafe withBytes { first in
            unsafe withUnsafeBytes(of: number.bigEndian) { second in
                let values: [2 of UnsafePointer<CChar>?] = unsafe [
                    first.baseAddress?.assumingMemoryBound(to: CChar.self),
                    second.baseAddress?.assumingMemoryBound(to: CChar.self),
                ]
                let lengths: [2 of Int32] = [Int32(first.count), Int32(second.count)]
                let formats: [2 of Int32] = [1, 1]
                return unsafe values.span.withUnsafeBufferPointer { values in
                    unsafe lengths.span.withUnsafeBufferPointer { lengths in
                        unsafe formats.span.withUnsafeBufferPointer { formats in
                            unsafe body(values.baseAddress, lengths.baseAddress, formats.baseAddress)
                        }
                    }
                }
            }
        }
    }

    /// Returns a one-dimensional bytea[]: number of dimensions, flag for NULLs, element type; size and first index of the
    /// dimension; then length and bytes of each element. All numbers are big-endian.
    static func array(_ digests: [SHA256Digest]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(20 + digests.count * 36)
        func append(_ number: UInt32) {
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        let bytea: UInt32 = 17
        for number in [1, 0, bytea, UInt32(digests.count), 1] { append(number) }
        for digest in digests {
            append(32)
            unsafe digest.withBytes { unsafe bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
