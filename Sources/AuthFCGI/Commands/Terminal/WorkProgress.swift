internal import EventLoop
internal import Glibc

/// The progress of work in many parts, on standard error: on a terminal one line that is replaced in place, and elsewhere a
/// line a second, once it has taken a second.
struct WorkProgress {
    private let isTerminal = TerminalScreen.isTerminal(STDERR_FILENO)
    private var next: BootInstant
    private var isShown = false

    /// The time between two texts on a terminal, and elsewhere.
    private static let (interval, lineInterval) = (Duration.milliseconds(200), Duration.seconds(1))

    init() {
        next = .now + (isTerminal ? Self.interval : Self.lineInterval)
    }

    /// Shows a text of one line, if it is time for one.
    mutating func show(_ text: @autoclosure () -> String) {
        guard BootInstant.now >= next else { return }
        if isTerminal {
            isShown = true
            TerminalLine.show(text(), on: STDERR_FILENO)
        } else {
            StandardError.write(text() + "\n")
        }
        next = .now + (isTerminal ? Self.interval : Self.lineInterval)
    }

    /// Clears the line on a terminal. To be called before anything else is written.
    mutating func clear() {
        if isShown { TerminalLine.show("", on: STDERR_FILENO) }
        isShown = false
    }
}
