internal import CLinux
internal import Glibc

/// The user whose process is at the other end of a unix socket.
enum PeerUser {
    /// The user's number as the kernel saw it when the peer connected; nil when the socket has no such thing.
    static func number(of descriptor: Int32) -> UInt32? {
        var peer = authfcgi_peer()
        var size = socklen_t(MemoryLayout<authfcgi_peer>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, Int32(AUTHFCGI_SO_PEERCRED), &peer, &size)
        return result == 0 ? peer.uid : nil
    }
}
