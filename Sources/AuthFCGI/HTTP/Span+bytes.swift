internal import EventLoop
internal import Glibc

extension Span<UInt8> {
    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, Int32(byte), bytes.count) != nil
        }
    }

    /// Returns the position of the first such byte at `start` or behind it; nil if there is none.
    @inline(__always)
    func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        unsafe withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return unsafe base.distance(to: UnsafeRawPointer(found))
        }
    }

    /// Returns true if these are the bytes of `text`, in whatever case.
    /// - Parameter text: ASCII without upper-case letters.
    @inline(__always)
    func equals(ignoringCaseOf text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices {
            let expected = unsafe text.utf8Start[index]
            guard self[index].asciiLowercased == expected else { return false }
        }
        return true
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
