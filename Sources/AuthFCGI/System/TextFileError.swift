internal import EventLoop

/// The reason why a text file cannot be read.
enum TextFileError: Error, Equatable, CustomStringConvertible {
    /// A system call failed.
    case system(SystemError)
    /// The file is longer than the limit, in bytes.
    case tooLong(limit: Int)
    /// The file is not UTF-8 text.
    case notText
    /// The writer of a pipe has sent nothing for 10 s.
    case silent

    var description: String {
        switch self {
        case .system(let error): error.reason
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .notText: "it is not UTF-8 text"
        case .silent: "no data for 10 seconds"
        }
    }
}
