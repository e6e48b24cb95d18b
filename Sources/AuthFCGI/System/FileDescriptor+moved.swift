internal import EventLoop
internal import Glibc

extension FileDescriptor {
    /// The same under a number that means nothing in a worker, and not inherited unless it is passed on.
    consuming func moved() throws(SystemError) -> FileDescriptor {
        try FileDescriptor("fcntl", fcntl(number, F_DUPFD_CLOEXEC, InheritedDescriptor.lowestSource))
    }
}
