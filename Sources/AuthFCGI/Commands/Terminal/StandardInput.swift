internal import Glibc

/// The standard input, byte for byte. The standard library's `readLine()` replaces bytes that are not UTF-8, which
/// would change a password.
enum StandardInput {
    /// Returns the next line without its line break; nil at the end of the input.
    static func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        // One byte at a time: the input after the line is left for other readers.
        while true {
            let count = unsafe read(0, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return line.isEmpty ? nil : line }
            guard byte != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
