import CLinux
import Glibc

/// A file in memory for a command's input or output. Unlike a pipe it never fills up, so it needs no concurrent reader.
package struct MemoryFile {
    /// MFD_CLOEXEC of <linux/memfd.h>.
    private static let closesOnExec: UInt32 = 1

    private let file: Descriptor

    package init(_ text: String = "") throws {
        file = try Descriptor(checking: unsafe memfd_create("test", Self.closesOnExec), "memfd_create")
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(file.number, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SupportError.lastSystemError("write") }
            bytes = bytes.dropFirst(count)
        }
        lseek(file.number, 0, SEEK_SET)
    }

    package var descriptor: Int32 { file.number }

    /// The path of the file in this process, valid for the lifetime of this value.
    package var path: String { "/proc/self/fd/\(file.number)" }

    package func text() throws -> String {
        let size = Int(lseek(file.number, 0, SEEK_END))
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = unsafe max(0, pread(file.number, buffer.baseAddress, size, 0))
        }
        guard bytes.count == size else { throw SupportError.lastSystemError("pread") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
