/// The way in which a process ended.
package enum ExitStatus: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)

    /// Creates a status from the one that waitpid(2) returns for a process that has ended.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .code((waitStatus >> 8) & 0xff) : .signal(signal)
    }

    package var isSuccess: Bool { self == .code(0) }
}
