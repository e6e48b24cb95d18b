internal import CLinux
internal import DequeModule
internal import Glibc
internal import Synchronization

/// Writes log lines to a descriptor from a thread of its own, so that a reader of the log that stalls never stops the
/// loop: the queue is bounded, and lines beyond it are counted and dropped.
package final class LogWriter: Sendable {
    private let descriptor: Int32
    private let maximumBytes: Int
    private let state = Mutex(State())
    private let work: FileDescriptor

    private struct State {
        var lines = Deque<String>()
        var bytes = 0
        var dropped = 0
        var toldDropped = 0
        var isWriting = false
        var isStarted = false
    }

    /// - Parameters:
    ///   - descriptor: where lines go; stays open, is not owned.
    ///   - maximumBytes: how much may wait.
    package init(descriptor: Int32 = 2, maximumBytes: Int = 1 << 20) {
        self.descriptor = descriptor
        self.maximumBytes = maximumBytes
        do throws(SystemError) {
            work = try FileDescriptor("eventfd", eventfd(0, Int32(EFD_CLOEXEC)))
        } catch {
            preconditionFailure("no log: \(error)")
        }
    }

    /// Hands over one line, without its end; never blocks.
    package func write(_ line: String) {
        let (starts, wakes) = state.withLock { state -> (Bool, Bool) in
            guard state.bytes + line.utf8.count < maximumBytes else {
                state.dropped += 1
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

    /// How many lines were dropped.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Waits until all is written, at most `limit`: for the end of a program.
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
            while let text = take() {
                writeAll(text)
                state.withLock { $0.isWriting = false }
            }
        }
    }

    /// All that waits as one text, with a word about what had to be dropped.
    private func take() -> String? {
        state.withLock { state in
            guard !state.lines.isEmpty else { return nil }
            var text = ""
            text.reserveCapacity(state.bytes + state.lines.count)
            for line in state.lines {
                text += line
                text += "\n"
            }
            if state.dropped > state.toldDropped {
                let count = state.dropped - state.toldDropped
                text += "WARNING: \(count) log lines were dropped: the log's reader was too slow\n"
                state.toldDropped = state.dropped
            }
            state.lines.removeAll()
            state.bytes = 0
            state.isWriting = true
            return text
        }
    }

    private func writeAll(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, unsafe !rest.isEmpty {
                let count = unsafe Glibc.write(descriptor, start, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    if errno == EAGAIN {  // the descriptor is somebody's non-blocking one: wait for it here
                        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        unsafe _ = poll(&poller, 1, 1000)
                        continue
                    }
                    return  // nobody reads the log any more; there is nobody to tell
                }
                unsafe rest = unsafe UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
