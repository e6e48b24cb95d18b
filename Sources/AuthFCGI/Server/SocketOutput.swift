internal import Glibc

/// Sends bytes on a connection. No call waits.
enum SocketOutput {
    enum Result: Equatable {
        /// The number of bytes that were taken; fewer than there are if the send buffer is full.
        case sent(Int)
        /// The peer has closed, or the connection has failed.
        case failed
    }

    static func send(_ bytes: [UInt8], on descriptor: Int32) -> Result {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        while true {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            }
            if count >= 0 { return .sent(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .sent(0)
            default: return .failed
            }
        }
    }
}
