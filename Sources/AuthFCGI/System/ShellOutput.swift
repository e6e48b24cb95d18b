internal import Glibc

/// The output of other programs.
enum ShellOutput {
    /// The maximum length in bytes.
    private static let limit = 1 << 16

    /// Runs a command in a shell to its end.
    /// - Parameter command: The command, which must not contain anything from outside the program.
    /// - Returns: What it has written to standard output; empty if it could not be started.
    static func of(_ command: StaticString) -> String {
        guard let stream = unsafe popen("\(command)", "r") else { return "" }
        // Waits for the command, and frees the stream.
        defer { unsafe _ = pclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = unsafe fread(&chunk, 1, chunk.count, stream)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
