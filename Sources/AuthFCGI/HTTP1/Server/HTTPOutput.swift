internal import EventLoop

/// The responses of a connection that are not sent yet. Idle connections share the memory of the handler.
@EventLoop
struct HTTPOutput {
    /// The memory of a response that was sent, to be used for the next one.
    @EventLoop
    final class Memory {
        private var spare: [UInt8] = []

        /// The maximum size of memory that is kept, in bytes.
        private static let maxBytes = 64 * 1024

        fileprivate func take() -> [UInt8] {
            defer { spare = [] }
            return spare
        }

        fileprivate func giveBack(_ bytes: consuming [UInt8]) {
            guard bytes.capacity <= Self.maxBytes else { return }
            bytes.removeAll(keepingCapacity: true)
            spare = bytes
        }
    }

    /// What has happened to the responses.
    enum Progress {
        case isSent
        /// The send buffer is full.
        case isWaiting
        case failed
    }

    private var bytes: [UInt8] = []
    /// The number of responses.
    private var count = 0
    private let memory: Memory

    /// The size in bytes beyond which the responses are sent before the next request is looked at.
    private static let full = 32 * 1024

    init(_ memory: Memory) {
        self.memory = memory
    }

    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count >= Self.full }

    /// Appends a response.
    /// - Parameter date: the value of the header Date.
    mutating func append(_ response: SerializedResponse, _ form: HTTPResponseForm, date: [UInt8]) {
        prepare()
        form.append(response, date: date, to: &bytes)
    }

    /// Appends the response to a request that a route had.
    mutating func append(answer: SerializedResponse, _ form: HTTPResponseForm, date: [UInt8]) {
        append(answer, form, date: date)
        count += 1
    }

    /// Appends the interim response after which a client sends its body.
    mutating func appendContinue() {
        prepare()
        HTTPResponseForm.appendContinue(to: &bytes)
    }

    private mutating func prepare() {
        if bytes.capacity == 0 { bytes = memory.take() }
    }

    /// Sends as much as the peer takes at present.
    mutating func send(on descriptor: Int32) -> Progress {
        guard !bytes.isEmpty else { return .isSent }
        switch SocketOutput.send(bytes, on: descriptor) {
        case .failed: return .failed
        case .sent(let sent) where sent < bytes.count:
            bytes.removeFirst(sent)
            return .isWaiting
        case .sent:
            var done: [UInt8] = []
            swap(&done, &bytes)
            memory.giveBack(consume done)
            return .isSent
        }
    }

    /// Returns the number of responses that routes have given, and counts anew: they are sent, or never will be.
    mutating func takeCount() -> Int {
        defer { count = 0 }
        return count
    }

    /// Drops what is not sent.
    mutating func clear() { bytes = [] }
}
