/// How a process ended.
package enum ExitStatus: Equatable, Sendable {
    case code(Int32)
    case signal(Int32)

    /// From what waitpid(2) reports of a process that has ended.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .code((waitStatus >> 8) & 0xff) : .signal(signal)
    }

    package var isSuccess: Bool { self == .code(0) }
}
