internal import Glibc

/// Messages for the person who started the command, outside the log.
enum StandardError {
    /// Writes a text of one or several lines without characters that have an effect on a terminal. Errors are ignored.
    static func write(_ text: String) {
        var rest = Array(PrintableText.lines(text).utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
