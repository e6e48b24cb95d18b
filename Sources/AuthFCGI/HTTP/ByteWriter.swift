internal import EventLoop

/// Writes bytes into memory of a size computed before, for the responses to nearly all requests: appending to an array
/// checks its capacity and its reference count at each step.
@safe
struct ByteWriter: ~Copyable {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    /// - Parameter buffer: uninitialized memory, which must outlive the writer.
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

    /// Appends 16 bytes as the 36 characters of a UUID.
    @inline(__always)
    mutating func append(uuid bytes: borrowing Span<UInt8>) {
        precondition(bytes.count == 16 && 36 <= capacity - count)
        var position = count
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                unsafe start[position] = UInt8(ascii: "-")
                position += 1
            }
            let digits = bytes[index].hexDigits
            unsafe start[position] = digits.high
            unsafe start[position + 1] = digits.low
            position += 2
        }
        count = position
    }
}
