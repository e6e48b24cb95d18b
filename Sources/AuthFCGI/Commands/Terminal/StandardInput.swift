internal import Glibc

/// What a command is sent, byte for byte. The standard library's `readLine()` replaces what is not UTF-8, and a password
/// would be another one.
enum StandardInput {
    /// The next line without its end; nil behind the last one.
    static func readLine() -> [UInt8]? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        // One at a time: what comes behind the line is somebody else's.
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
