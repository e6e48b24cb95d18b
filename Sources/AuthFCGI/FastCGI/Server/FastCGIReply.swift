internal import Glibc

/// The response to a request without a body: the owner of the descriptor of its connection. The response is sent in one
/// write.
@safe
struct FastCGIReply: ~Copyable {
    /// nil after ``send(_:keep:)``.
    private(set) var descriptor: Int32?
    private let requestID: UInt16

    /// What precedes the status of a response in CGI (RFC 3875, section 6.3.3).
    static let statusName: StaticString = "Status: "

    private static let maxContent = 0xffff
    private static let standardOutput: UInt8 = 6
    private static let endRequest: UInt8 = 3

    init(on descriptor: Int32, to requestID: UInt16) {
        self.descriptor = descriptor
        self.requestID = requestID
    }

    deinit {
        // Not answered: closes without a response.
        if let descriptor { close(descriptor) }
    }

    /// Sends a response, which begins with its status, and the end of the request.
    /// - Returns: the descriptor and its ownership, if it is to be kept and everything was sent; else it is closed.
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
        let statusName = Self.statusName
        var name = unsafe UnsafeRawBufferPointer(start: statusName.utf8Start, count: statusName.utf8CodeUnitCount)
        var start = 0
        while name.count + answer.count - start > Self.maxContent {
            let end = start + Self.maxContent - name.count
            let part = unsafe UnsafeRawBufferPointer(rebasing: answer[start..<end])
            guard unsafe send(name, part, isLast: false, to: descriptor) else { return false }
            unsafe name = UnsafeRawBufferPointer(start: nil, count: 0)
            start = end
        }
        return unsafe send(name, UnsafeRawBufferPointer(rebasing: answer[start...]), isLast: true, to: descriptor)
    }

    private func send(
        _ name: UnsafeRawBufferPointer, _ content: UnsafeRawBufferPointer, isLast: Bool, to descriptor: Int32
    ) -> Bool {
        var header = record(Self.standardOutput, contentBytes: name.count + content.count)
        // The end of the stream and of the request, whose status 0 is FCGI_REQUEST_COMPLETE.
        var end = (record(Self.standardOutput, contentBytes: 0), record(Self.endRequest, contentBytes: 8), UInt64(0))
        return unsafe withUnsafeMutableBytes(of: &header) { header in
            unsafe withUnsafeMutableBytes(of: &end) { end in
                var parts: InlineArray<4, iovec> = unsafe [
                    iovec(iov_base: header.baseAddress, iov_len: header.count),
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: name.baseAddress), iov_len: name.count),
                    iovec(iov_base: UnsafeMutableRawPointer(mutating: content.baseAddress), iov_len: content.count),
                    iovec(iov_base: end.baseAddress, iov_len: isLast ? end.count : 0),
                ]
                return unsafe withUnsafeMutableBytes(of: &parts) { parts in
                    unsafe send(parts.bindMemory(to: iovec.self), to: descriptor)
                }
            }
        }
    }

    /// Returns a record's header as it lies in memory: version 1, no padding.
    private func record(_ type: UInt8, contentBytes: Int) -> UInt64 {
        let (id, length) = (UInt64(requestID), UInt64(contentBytes))
        return (1 << 56 | UInt64(type) << 48 | id << 32 | length << 16).bigEndian
    }

    /// Writes all parts, nearly always with one call.
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
