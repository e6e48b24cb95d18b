/// The bytes on their way through a `SocketProxy` in one direction.
struct ProxyDirection {
    private struct Chunk {
        var bytes: ArraySlice<UInt8>
        let due: ContinuousClock.Instant
    }

    /// Above this, no more is read until some has been sent.
    private static let limit = 1 << 20

    private var chunks: [Chunk] = []
    private var size = 0
    private var lastDue: ContinuousClock.Instant?
    /// The source has said that it will send no more.
    private(set) var sourceHasEnded = false

    var isPaused = false
    /// The destination would not take more at once.
    var isBlocked = false
    /// The end has been passed on to the destination.
    var isOver = false

    var wantsInput: Bool { !isPaused && !sourceHasEnded && size < Self.limit }
    /// The source's end is to be passed on now.
    var wantsToEnd: Bool { !isPaused && sourceHasEnded && chunks.isEmpty && !isOver }
    /// When the next bytes are to be sent.
    var due: ContinuousClock.Instant? { isPaused ? nil : chunks.first?.due }

    /// Takes bytes from the source; none means its end. A shorter delay than before does not let bytes overtake others.
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

    /// What is to be sent now.
    func next(now: ContinuousClock.Instant) -> ArraySlice<UInt8>? {
        guard !isPaused, let chunk = chunks.first, chunk.due <= now else { return nil }
        return chunk.bytes
    }

    /// The destination has taken that many bytes of `next`.
    mutating func sent(_ count: Int) {
        size -= count
        if chunks[0].bytes.count == count {
            chunks.removeFirst()
        } else {
            chunks[0].bytes.removeFirst(count)
        }
    }
}
