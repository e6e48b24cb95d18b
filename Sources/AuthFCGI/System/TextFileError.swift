internal import EventLoop

/// The reason why a text file cannot be read.
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
        case .silent: "no data for 10 seconds"
        }
    }
}
