internal import EventLoop

/// Why a file's text is not to be had.
enum TextFileError: Error, Equatable, CustomStringConvertible {
    case system(SystemError)
    case tooLong(limit: Int)
    case notText
    case silent

    var description: String {
        switch self {
        case .system(let error): error.reason
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .notText: "it is not UTF-8 text"
        case .silent: "nobody wrote anything to it for 10 seconds"
        }
    }
}
