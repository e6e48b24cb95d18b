internal import CLinux
internal import DequeModule
internal import Glibc
internal import Synchronization

/// A writer of log lines that uses its own thread, so that a stalled reader of the log never stops the loop. The queue
/// is bounded; lines beyond the bound are dropped and counted, as are lines that cannot be written, on a full disk for
/// example. The log tells of both as soon as it can be written again.
package final class LogWriter: Sendable {
    private let descriptor: Int32
    private let maximumBytes: Int
    private let state: Mutex<State>
    private let work: FileDescriptor

    private struct State {
        var format: LogFormat
        var lines = Deque<String>()
        var bytes = 0
        var dropped = 0
        var gap = LogBatch.Gap()
        var isWriting = false
        var isStarted = false

        /// Counts the lines of a batch that could not be written.
        mutating func wrote(_ batch: LogBatch, bytes: Int, _ failure: SystemError?) {
            isWriting = false
            guard let failure else { return }
            var after = batch.gap(afterWriting: bytes, reason: failure.reason)
            dropped += batch.unwritten(afterWriting: bytes)
            after.overflowed += gap.overflowed
            gap = after
        }
    }

    /// Creates a writer. Its thread starts with the first line.
    /// - Parameters:
    ///   - descriptor: The descriptor to write to. It must stay open; the writer does not own it.
    ///   - maximumBytes: The maximum number of bytes in the queue.
    ///   - format: The form of the lines.
    package init(descriptor: Int32 = 2, maximumBytes: Int = 1 << 20, format: LogFormat = .text(hasTime: false)) {
        self.descriptor = descriptor
        self.maximumBytes = maximumBytes
        state = Mutex(State(format: format))
        do throws(SystemError) {
            work = try FileDescriptor("eventfd", eventfd(0, Int32(EFD_CLOEXEC)))
        } catch {
            preconditionFailure("cannot create the log writer: \(error)")
        }
    }

    /// The form of the lines.
    package var format: LogFormat { state.withLock { $0.format } }

    /// Changes the form of the lines to come.
    package func use(_ format: LogFormat) { state.withLock { $0.format = format } }

    /// Enqueues one line. Never blocks.
    /// - Parameter line: The line, without a line feed.
    package func write(_ line: String) {
        let (starts, wakes) = state.withLock { state -> (Bool, Bool) in
            guard state.bytes + line.utf8.count < maximumBytes else {
                state.dropped += 1
                state.gap.overflowed += 1
                return (false, false)
            }
            let wasEmpty = state.lines.isEmpty
            state.lines.append(line)
            state.bytes += line.utf8.count
            defer { state.isStarted = true }
            return (!state.isStarted, wasEmpty)
        }
        if starts, !HelperThreads.startThread(named: "log", isHelper: false, { self.run() }) {
            state.withLock { $0.isStarted = false }  // the next line tries again
        }
        guard wakes else { return }
        var one: UInt64 = 1
        unsafe _ = Glibc.write(work.number, &one, 8)
    }

    /// The number of dropped lines.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Waits until all lines are written, at most for `limit`. For the end of a program.
    package func drain(within limit: Duration) {
        let deadline = BootInstant.now + limit
        while BootInstant.now < deadline {
            guard state.withLock({ !$0.lines.isEmpty || $0.isWriting }) else { return }
            poll(nil, 0, 1)
        }
    }

    private func run() {
        while true {
            var counter: UInt64 = 0
            unsafe _ = read(work.number, &counter, 8)
            while let batch = take() {
                let (written, failure) = writeAll(batch.text)
                state.withLock { $0.wrote(batch, bytes: written, failure) }
            }
        }
    }

    /// Returns all enqueued lines, with reports about those that are missing.
    private func take() -> LogBatch? {
        state.withLock { state in
            guard !state.lines.isEmpty else { return nil }
            let batch = LogBatch(state.lines, after: state.gap, format: state.format)
            state.gap = LogBatch.Gap()
            state.lines.removeAll()
            state.bytes = 0
            state.isWriting = true
            return batch
        }
    }

    /// Writes as much of a text as can be written.
    /// - Returns: The number of bytes that were written, and the error that prevented more.
    private func writeAll(_ text: String) -> (written: Int, failure: SystemError?) {
        var text = text
        var written = 0
        var failure: SystemError?
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, unsafe !rest.isEmpty {
                let count = unsafe Glibc.write(descriptor, start, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    if errno == EAGAIN {  // a non-blocking descriptor: wait for it here
                        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        unsafe _ = poll(&poller, 1, 1000)
                        continue
                    }
                    failure = .last("write")
                    return
                }
                written += count
                unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
        return (written, failure)
    }
}
