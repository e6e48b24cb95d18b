internal import Glibc

/// The owner of an open file descriptor, which it closes when it is destroyed.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor's number. Valid as long as this owner lives.
    package let number: Int32

    /// Takes ownership of `number`, which no other code may close from now on.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Takes ownership of the result of a system call.
    /// - Parameters:
    ///   - call: The name of the system call, for the error.
    ///   - number: The result of the call.
    /// - Throws: The value of `errno`, if the result is negative.
    package init(_ call: String, _ number: Int32) throws(SystemError) {
        guard number >= 0 else { throw SystemError.last(call) }
        self.number = number
    }

    deinit { close(number) }

    /// Gives up ownership. The caller must close the descriptor.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
