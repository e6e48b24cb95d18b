/// Writes bytes into memory whose size was reckoned before, for answers that are made for nearly every request: an
/// array's own appending asks at each step whether there is room and who else has the array.
@safe
struct ByteWriter: ~Copyable {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    /// - Parameter buffer: uninitialized memory, which outlives this.
    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
        precondition(buffer.count > 0)
        unsafe start = unsafe buffer.baseAddress.unsafelyUnwrapped
        capacity = buffer.count
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < capacity)
        unsafe start[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: borrowing Span<UInt8>) {
        let size = bytes.count
        precondition(size <= capacity - count)
        guard size > 0 else { return }
        unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe (start + count).initialize(from: bytes.baseAddress.unsafelyUnwrapped, count: size)
        }
        count += size
    }

    /// Appends 16 bytes as a UUID's 36 characters.
    @inline(__always)
    mutating func append(uuid bytes: borrowing Span<UInt8>) {
        precondition(bytes.count == 16 && 36 <= capacity - count)
        let digits: StaticString = "0123456789abcdef"
        var position = count
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                unsafe start[position] = UInt8(ascii: "-")
                position += 1
            }
            let byte = bytes[index]
            unsafe start[position] = unsafe digits.utf8Start[Int(byte >> 4)]
            unsafe start[position + 1] = unsafe digits.utf8Start[Int(byte & 15)]
            position += 2
        }
        count = position
    }
}
