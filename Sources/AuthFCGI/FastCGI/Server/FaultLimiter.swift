internal import EventLoop

/// Keeps garbage from filling the log: of each kind of fault one line in ten seconds, with a count of those that were
/// left out since the last. Time is passed in.
struct FaultLimiter {
    static let interval = Duration.seconds(10)

    private struct Record {
        var lastLine: BootInstant
        var suppressed = 0
    }

    private var records: [FastCGIFault: Record] = [:]

    /// One more `fault` happened: nil when it is only counted, otherwise how many were only counted since the last line.
    mutating func admit(_ fault: FastCGIFault, at now: BootInstant) -> Int? {
        guard var record = records[fault] else {
            records[fault] = Record(lastLine: now)
            return 0
        }
        guard now - record.lastLine >= Self.interval else {
            record.suppressed += 1
            records[fault] = record
            return nil
        }
        records[fault] = Record(lastLine: now)
        return record.suppressed
    }
}
