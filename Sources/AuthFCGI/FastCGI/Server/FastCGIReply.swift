internal import Glibc

/// The reply to a request without a body and, while it lives, the connection's descriptor. Its two records take one write.
@safe
struct FastCGIReply: ~Copyable {
    /// nil when it is closed or given back.
    private(set) var descriptor: Int32?
    private let requestID: UInt16

    private static let maxContent = 0xffff
    private static let standardOutput: UInt8 = 6
    private static let endRequest: UInt8 = 3

    init(on descriptor: Int32, to requestID: UInt16) {
        self.descriptor = descriptor
        self.requestID = requestID
    }

    deinit {
        // Not sent: closed without a word.
        if let descriptor { close(descriptor) }
    }

    /// Sends `answer` and the end of the request.
    /// - Returns: the descriptor, when it is to be kept and sending worked; otherwise it is closed.
    mutating func send(_ answer: [UInt8], keep: Bool) -> Int32? {
        guard let descriptor else { preconditionFailure("a request is answered once") }
        self.descriptor = nil
        SendTimeout.set(on: descriptor, for: answer.count)
        let isSent = unsafe answer.withUnsafeBytes { unsafe send($0, to: descriptor) }
        guard keep, isSent else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private func send(_ answer: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var start = 0
        while answer.count - start > Self.maxContent {
            let part = unsafe UnsafeRawBufferPointer(rebasing: answer[start..<start + Self.maxContent])
            guard unsafe send(part, isLast: false, to: descriptor) else { return false }
            start += Self.maxContent
        }
        return unsafe send(UnsafeRawBufferPointer(rebasing: answer[start...]), isLast: true, to: descriptor)
    }

    private func send(_ content: UnsafeRawBufferPointer, isLast: Bool, to descriptor: Int32) -> Bool {
        var header = record(Self.standardOutput, contentBytes: content.count)
        // The stream's end, and the request's, with status 0: it was completed.
        var end = (record(Self.standardOutput, contentBytes: 0), record(Self.endRequest, contentBytes: 8), UInt64(0))
        return unsafe withUnsafeMutableBytes(of: &header) { header in
            unsafe withUnsafeMutableBytes(of: &end) { end in
                var parts: InlineArray<3, iovec> = unsafe [
                    iovec(iov_base: header.baseAddress, iov_len: header.count),
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: content.baseAddress), iov_len: content.count),
                    iovec(iov_base: end.baseAddress, iov_len: isLast ? end.count : 0),
                ]
                return unsafe withUnsafeMutableBytes(of: &parts) { parts in
                    unsafe send(parts.bindMemory(to: iovec.self), to: descriptor)
                }
            }
        }
    }

    /// A record's header as it lies in memory: version 1, no padding.
    private func record(_ type: UInt8, contentBytes: Int) -> UInt64 {
        let (id, length) = (UInt64(requestID), UInt64(contentBytes))
        return (1 << 56 | UInt64(type) << 48 | id << 32 | length << 16).bigEndian
    }

    /// Writes all of it, nearly always at once.
    private func send(_ parts: UnsafeMutableBufferPointer<iovec>, to descriptor: Int32) -> Bool {
        var rest = unsafe parts.reduce(0) { unsafe $0 + $1.iov_len }
        while true {
            var count = unsafe writev(descriptor, parts.baseAddress, Int32(parts.count))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest -= count
            if rest == 0 { return true }
            for index in parts.indices {
                let taken = min(count, unsafe parts[index].iov_len)
                unsafe parts[index].iov_base = unsafe parts[index].iov_base.map { unsafe $0 + taken }
                unsafe parts[index].iov_len -= taken
                count -= taken
            }
        }
    }
}
