internal import CLinux
internal import EventLoop
internal import Glibc

/// A listening socket: non-blocking, close-on-exec, and with a number above those that workers use.
final class ListeningSocket: Sendable {
    let kind: ListenerKind
    /// The name in logs.
    let name: String
    let descriptor: FileDescriptor
    private let file: SocketFile?

    /// The maximum number of connections waiting to be accepted; net.core.somaxconn may limit it further.
    static let backlog: Int32 = 4096

    /// Takes ownership of a bound socket, moves it to a high number and starts to listen.
    init(
        _ socket: consuming FileDescriptor, kind: ListenerKind, name: String, file: SocketFile? = nil
    ) throws(ListenError) {
        do throws(SystemError) {
            descriptor = try socket.moved()
            let flags = fcntl(descriptor.number, F_GETFL)
            guard flags >= 0, fcntl(descriptor.number, F_SETFL, flags | O_NONBLOCK) == 0 else {
                throw SystemError.last("fcntl")
            }
            guard listen(descriptor.number, Self.backlog) == 0 else { throw SystemError.last("listen") }
        } catch {
            throw error.code == EADDRINUSE ? .inUse(name) : .failed(name, error)
        }
        self.kind = kind
        self.name = name
        self.file = file
    }

    /// Removes the file of a unix socket that this program created, unless another file has replaced it.
    func removeFile() { file?.remove() }

    /// The kernel's limit of waiting connections if it is lower than ``backlog``, else nil.
    static var smallerBacklog: Int? {
        do throws(TextFileError) {
            let text = try TextFile.read("/proc/sys/net/core/somaxconn")
            return Int(text.prefix(while: \.isNumber)).flatMap { $0 < backlog ? $0 : nil }
        } catch {
            return nil  // without /proc the limit is unknown
        }
    }
}
