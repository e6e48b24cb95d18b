internal import CLinux
internal import EventLoop
internal import Glibc

/// A socket on which connections arrive: non-blocking, not inherited unless it is passed on, and out of the way of
/// the numbers that workers use.
final class ListeningSocket: Sendable {
    /// What logs call it.
    let name: String
    let descriptor: FileDescriptor
    private let file: SocketFile?

    /// How many connections may wait to be accepted, if the kernel allows as many (net.core.somaxconn).
    static let backlog: Int32 = 4096

    /// Takes a bound socket over, moves it out of the way and has it listen.
    init(_ socket: consuming FileDescriptor, name: String, file: SocketFile? = nil) throws(ListenError) {
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
        self.name = name
        self.file = file
    }

    /// Removes the file of a unix socket that this program made, unless another one has taken its place.
    func removeFile() { file?.remove() }

    /// How many connections the kernel lets wait, if that is fewer than asked for.
    static var smallerBacklog: Int? {
        do throws(TextFileError) {
            let text = try TextFile.read("/proc/sys/net/core/somaxconn")
            return Int(text.prefix(while: \.isNumber)).flatMap { $0 < backlog ? $0 : nil }
        } catch {
            return nil  // without /proc there is nothing to compare with
        }
    }
}
