internal import Glibc

extension Span<UInt8> {
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, Int32(byte), bytes.count) != nil
        }
    }

    @inline(__always)
    func equals(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && equals(text, from: 0) }

    /// Returns true if these are the bytes of `text` at `offset`.
    @inline(__always)
    func equals(_ text: StaticString, from offset: Int) -> Bool {
        unsafe withUnsafeBytes { bytes in
            guard offset + bytes.count <= text.utf8CodeUnitCount else { return false }
            guard let start = bytes.baseAddress else { return true }
            return unsafe memcmp(start, text.utf8Start + offset, bytes.count) == 0
        }
    }
}
