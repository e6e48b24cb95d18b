import CLinux
import Glibc

/// The owner of a file descriptor, which is closed when the last reference is released.
package final class Descriptor: Sendable {
    package let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    /// Takes ownership of the result of a system call.
    ///
    /// - Throws: The error of the call if the result is negative.
    package convenience init(checking number: Int32, _ call: String) throws {
        guard number >= 0 else { throw SupportError.lastSystemError(call) }
        self.init(owning: number)
    }

    convenience init(opening path: String, _ flags: Int32) throws {
        try self.init(checking: unsafe open(path, flags | O_CLOEXEC, 0o644), "open \(path)")
    }

    /// Opens a descriptor that becomes readable when a child process of this one has ended.
    convenience init(process: Int32) throws {
        try self.init(checking: pidfd_open(process, 0), "pidfd_open")
    }

    deinit {
        close(number)
    }

    /// Waits until poll(2) reports one of `events`, an error or a hang-up. Returns false if the deadline passes first.
    func wait(for events: Int32, until deadline: Deadline) -> Bool {
        var entry = pollfd(fd: number, events: Int16(events), revents: 0)
        while true {
            let count = unsafe poll(&entry, 1, deadline.pollTimeout)
            if count > 0 { return true }
            if count == 0, deadline.hasPassed { return false }
        }
    }
}
