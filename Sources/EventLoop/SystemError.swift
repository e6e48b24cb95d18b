internal import Glibc

/// The failure of a system call.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The name of the call, as in its manual page.
    package let call: String
    /// The value of `errno` right after the call.
    package let code: Int32

    /// Creates the error of a call.
    /// - Parameters:
    ///   - call: The name of the call, as in its manual page.
    ///   - code: The value of `errno` right after the call.
    package init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// Returns the failure of `call` that has just occurred on this thread.
    package static func last(_ call: String) -> SystemError { SystemError(call, code: errno) }

    /// A Boolean value that indicates whether a unix socket's listen backlog is full (connect(2), EAGAIN).
    package var isFullQueue: Bool { call == "connect" && code == EAGAIN }

    /// The name of the call and the reason.
    package var description: String { "\(call): \(reason)" }

    /// The text of strerror(3) for ``code``.
    package var reason: String {
        // In old libraries any thread's next call of strerror overwrites its buffer: copied at once.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
