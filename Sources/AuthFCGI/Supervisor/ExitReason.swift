/// The reason for the end of a process.
enum ExitReason: Equatable, Sendable, CustomStringConvertible {
    case exited(code: Int32)
    case signal(Int32)

    /// The exit code; nil if a signal ended the process.
    var exitCode: Int32? {
        switch self {
        case .exited(let code): code
        case .signal: nil
        }
    }

    var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signal(let number): "signal \(number)"
        }
    }
}
