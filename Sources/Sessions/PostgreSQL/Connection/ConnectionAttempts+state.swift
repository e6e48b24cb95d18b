internal import EventLoop

/// The parts of ``ConnectionAttempts``.
extension ConnectionAttempts {
    /// An attempt that was begun and has not ended.
    struct Attempt: Equatable {
        let number: Int
        let begunAt: BootInstant
    }

    enum State: Equatable {
        /// No connection is wanted. Next: `delayed` or `opening`.
        case idle
        /// A connection is wanted. Next: `opening` at `until`, or at `hurried` if somebody waits for it.
        case delayed(until: BootInstant, hurried: BootInstant)
        /// The attempts, the oldest first. Without an answer there is another one at `nextAt`. Next: `idle` after the
        /// success of one of them or the failure of all.
        case opening([Attempt], nextAt: BootInstant)
    }

    enum Action: Equatable {
        /// Begin the attempt with this number.
        /// - Parameter rotation: The number of earlier attempts since the connection is wanted.
        case begin(Int, rotation: Int)
        /// Stop the attempt. Its result does not count.
        case abandon(Int)
        /// Report that the attempt that began at this time has no answer.
        case reportSilence(since: BootInstant)
        /// Report that an attempt has sent nothing yet that a server could answer.
        case reportUnsent
        /// Report that the server has answered an attempt that is not complete.
        case reportAnswer
    }
}
