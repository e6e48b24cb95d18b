/// The bytes in transit through a `SocketProxy` in one direction.
struct ProxyDirection {
    private struct Chunk {
        var bytes: ArraySlice<UInt8>
        let due: ContinuousClock.Instant
    }

    /// The number of buffered bytes at which reading stops until some have been sent.
    private static let limit = 1 << 20

    private var chunks: [Chunk] = []
    private var size = 0
    private var lastDue: ContinuousClock.Instant?
    /// A Boolean value that indicates whether the source has ended its stream.
    private(set) var sourceHasEnded = false

    var isPaused = false
    /// A Boolean value that indicates whether the destination currently accepts no more bytes.
    var isBlocked = false
    /// A Boolean value that indicates whether the end of the stream has been forwarded to the destination.
    var isOver = false

    var wantsInput: Bool { !isPaused && !sourceHasEnded && size < Self.limit }
    /// A Boolean value that indicates whether the end of the source's stream is to be forwarded now.
    var wantsToEnd: Bool { !isPaused && sourceHasEnded && chunks.isEmpty && !isOver }
    /// The time at which the next bytes are to be sent.
    var due: ContinuousClock.Instant? { isPaused ? nil : chunks.first?.due }

    /// Adds bytes from the source. No bytes mean the end of its stream. The order of bytes is kept even if the delay
    /// decreases.
    mutating func add(_ bytes: [UInt8], delay: Duration, now: ContinuousClock.Instant) {
        guard !bytes.isEmpty else {
            sourceHasEnded = true
            return
        }
        let due = max(now + delay, lastDue ?? now)
        lastDue = due
        size += bytes.count
        chunks.append(Chunk(bytes: bytes[...], due: due))
    }

    /// Returns the bytes to send now.
    func next(now: ContinuousClock.Instant) -> ArraySlice<UInt8>? {
        guard !isPaused, let chunk = chunks.first, chunk.due <= now else { return nil }
        return chunk.bytes
    }

    /// Removes bytes of `next` that the destination has accepted.
    mutating func sent(_ count: Int) {
        size -= count
        if chunks[0].bytes.count == count {
            chunks.removeFirst()
        } else {
            chunks[0].bytes.removeFirst(count)
        }
    }
}
