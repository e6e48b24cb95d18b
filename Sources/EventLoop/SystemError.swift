internal import Glibc

/// A system call that failed: which one, and the kernel's own number for why.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call's name as its manual page spells it.
    package let call: String
    /// The value of `errno` right after the call.
    package let code: Int32

    package init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The failure of `call` that has just happened on this thread.
    package static func last(_ call: String) -> SystemError { SystemError(call, code: errno) }

    /// A unix socket has as many connections waiting as it takes.
    package var isFullQueue: Bool { call == "connect" && code == EAGAIN }

    package var description: String { "\(call): \(reason)" }

    /// The kernel's words for ``code``.
    package var reason: String {
        // strerror's buffer is overwritten by its next call on any thread in old libraries: copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
