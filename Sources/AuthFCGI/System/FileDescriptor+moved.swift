internal import EventLoop
internal import Glibc

extension FileDescriptor {
    /// Returns the descriptor with a number above those of ``InheritedDescriptor``, and with close-on-exec.
    consuming func moved() throws(SystemError) -> FileDescriptor {
        try FileDescriptor("fcntl", fcntl(number, F_DUPFD_CLOEXEC, InheritedDescriptor.lowestSource))
    }
}
