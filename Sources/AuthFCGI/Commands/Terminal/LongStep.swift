internal import EventLoop
internal import Glibc
internal import Synchronization

/// A step of a command that waits for the database all the time. If it takes longer than a second, a terminal shows for how
/// long; elsewhere there is one line after five seconds.
final class LongStep: Sendable {
    private struct State {
        var text: String
        var isShown = false
        var hasEnded = false
    }

    private let state: Mutex<State>
    private let start = BootInstant.now
    private let isTerminal = TerminalScreen.isTerminal(STDERR_FILENO)

    /// The time between two texts on a terminal, and until the line elsewhere, in milliseconds.
    private static let (interval, lineTime): (Int32, Int32) = (1000, 5000)

    private init(_ text: String) {
        state = Mutex(State(text: text))
    }

    /// Does `work`, which may change the text by ``rename(_:)``.
    /// - Parameter text: What is being done, as the beginning of a line.
    static func run<T, E>(_ text: String, _ work: (LongStep) throws(E) -> T) throws(E) -> T {
        let step = LongStep(text)
        // Without a thread there is nothing to see.
        _ = HelperThreads.startThread(named: "progress", isHelper: false) { step.watch() }
        defer { step.end() }
        return try work(step)
    }

    /// Changes the text: another part has begun.
    func rename(_ text: String) { state.withLock { $0.text = text } }

    private func watch() {
        while true {
            poll(nil, 0, isTerminal ? Self.interval : Self.lineTime)
            let seconds = Int((BootInstant.now - start).seconds)
            let goesOn = state.withLock { state in
                guard !state.hasEnded else { return false }
                let text = "\(state.text): \(seconds) s …"
                guard isTerminal else {
                    StandardError.write("\(text)\n")
                    return false
                }
                state.isShown = true
                TerminalLine.show(text, on: STDERR_FILENO)
                return true
            }
            guard goesOn else { return }
        }
    }

    private func end() {
        state.withLock { state in
            state.hasEnded = true
            if state.isShown { TerminalLine.show("", on: STDERR_FILENO) }
        }
    }
}
