internal import Logging

/// Lines of a log that are written together, with the reports about lines that are missing before and after them.
struct LogBatch {
    /// What the log is missing, and how it ends.
    struct Gap: Equatable {
        /// The number of lines that could not be written since the log told so.
        var unwritten = 0
        /// The number of lines that were dropped because the queue was full, since the log told so.
        var overflowed = 0
        /// The reason why the newest of ``unwritten`` could not be written.
        var reason = ""
        /// True if the log ends within a line.
        var isInLine = false
    }

    /// The bytes to write.
    let text: String
    private let lineCount: Int
    private let before: Gap

    /// - Parameters:
    ///   - lines: The lines, without line feeds.
    ///   - gap: What the log is missing. It is reported in this batch.
    ///   - format: The form of the reports.
    init(_ lines: some Collection<String>, after gap: Gap, format: LogFormat) {
        var text = gap.isInLine ? "\n" : ""
        if gap.unwritten > 0 {
            let report = "\(gap.unwritten) log lines are missing here: the log could not be written: \(gap.reason)"
            text += format.line(.warning, report) + "\n"
        }
        for line in lines {
            text += line
            text += "\n"
        }
        if gap.overflowed > 0 {
            let report = "\(gap.overflowed) log lines were dropped: the log's reader was too slow"
            text += format.line(.warning, report) + "\n"
        }
        self.text = text
        before = gap
        lineCount = lines.count
    }

    /// Returns what the log is missing after this batch.
    /// - Parameters:
    ///   - written: The number of bytes of ``text`` that were written.
    ///   - reason: The reason why no more were.
    func gap(afterWriting written: Int, reason: String) -> Gap {
        guard written < text.utf8.count else { return Gap() }
        var after = before
        after.reason = reason
        if let last = text.utf8.prefix(written).last { after.isInLine = last != UInt8(ascii: "\n") }
        if completeLines(afterWriting: written) > 0 { after.unwritten = 0 }
        after.unwritten += unwritten(afterWriting: written)
        return after
    }

    /// Returns the number of lines, without reports, that are not in the log, or only in part.
    /// - Parameter written: The number of bytes of ``text`` that were written.
    func unwritten(afterWriting written: Int) -> Int {
        let complete = completeLines(afterWriting: written) - (before.unwritten > 0 ? 1 : 0)
        return lineCount - max(0, min(lineCount, complete))
    }

    /// Returns the number of complete lines, with reports, among the first bytes.
    private func completeLines(afterWriting written: Int) -> Int {
        var lineFeeds = 0
        for byte in text.utf8.prefix(written) where byte == UInt8(ascii: "\n") { lineFeeds += 1 }
        return before.isInLine ? max(0, lineFeeds - 1) : lineFeeds
    }
}
