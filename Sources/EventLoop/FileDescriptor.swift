internal import Glibc

/// The owner of one open descriptor: closed when the owner goes.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor's number; valid as long as this owner lives.
    package let number: Int32

    /// Takes over `number`, which nobody else may close from now on.
    package init(owning number: Int32) {
        self.number = number
    }

    /// Takes over what `call` returned, or throws why it returned -1.
    package init(_ call: String, _ number: Int32) throws(SystemError) {
        guard number >= 0 else { throw SystemError.last(call) }
        self.number = number
    }

    deinit { close(number) }

    /// Gives the number away: the caller closes it.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}
