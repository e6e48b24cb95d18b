internal import CHiredis
internal import Glibc

/// A command in its wire format.
struct RedisCommand: Sendable {
    let bytes: [UInt8]

    /// Formats a command.
    /// - Parameter arguments: The command's name and its arguments, of any bytes.
    init(_ arguments: [[UInt8]]) {
        var text: UnsafeMutablePointer<CChar>? = nil
        let lengths = arguments.map(\.count)
        let all = arguments.flatMap(\.self)
        let count = unsafe all.withUnsafeBytes { all in
            var next = 0
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            for length in lengths {
                unsafe pointers.append(all.baseAddress.map { unsafe ($0 + next).assumingMemoryBound(to: CChar.self) })
                next += length
            }
            return unsafe redisFormatCommandArgv(&text, Int32(arguments.count), &pointers, lengths)
        }
        // Fails only when memory is exhausted, where the process cannot continue anyway.
        guard count > 0, let text = unsafe text else { preconditionFailure("out of memory for a command") }
        defer { unsafe redisFreeCommand(text) }
        bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
    }

    init(_ words: String...) {
        self.init(words.map { Array($0.utf8) })
    }
}
