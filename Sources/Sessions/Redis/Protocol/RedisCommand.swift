internal import CHiredis
internal import Glibc

/// A command in the form in which it goes over the wire.
struct RedisCommand: Sendable {
    let bytes: [UInt8]

    /// - Parameter arguments: the command's name and what belongs to it; any bytes.
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
        // Only without memory, where nothing goes on anyway.
        guard count > 0, let text = unsafe text else { preconditionFailure("no memory for a command") }
        defer { unsafe redisFreeCommand(text) }
        bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: Int(count)))
    }

    init(_ words: String...) {
        self.init(words.map { Array($0.utf8) })
    }
}
