internal import CLinux
internal import Glibc

/// The user of the process at the other end of a unix socket.
enum PeerUser {
    /// Returns the number of the user at the time when the peer connected (SO_PEERCRED, unix(7)); nil if the socket has
    /// none.
    static func number(of descriptor: Int32) -> UInt32? {
        var peer = authfcgi_peer()
        var size = socklen_t(MemoryLayout<authfcgi_peer>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, Int32(AUTHFCGI_SO_PEERCRED), &peer, &size)
        return result == 0 ? peer.uid : nil
    }
}
