/// The messages of libpq, which may have several lines and end in a line feed.
enum LibpqMessage {
    /// Returns a message in one line. Does not keep the pointer.
    static func line(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "unknown error" }
        let lines = unsafe String(cString: text).split(whereSeparator: \.isNewline)
        return lines.map { String($0.drop { $0 == "\t" || $0 == " " }) }.joined(separator: "; ")
    }
}
