import Glibc

/// A process that is stopped (SIGSTOP) until `resume()` or until the last reference is released.
package final class FrozenProcess: Sendable {
    package let processIdentifier: Int32

    /// Stops the process, and waits until it is stopped.
    ///
    /// - Throws: An error if it has ended.
    package init(_ processIdentifier: Int32) throws {
        self.processIdentifier = processIdentifier
        // It must not outlive the tests: a stopped process does not notice that they have ended.
        ExitCleanup.writeProcessFile(processIdentifier)
        kill(processIdentifier, SIGSTOP)
        try eventually("process \(processIdentifier) stands still") {
            let state = ProcessInspector(processIdentifier).state ?? "Z"
            guard !"ZX".contains(state) else { throw SupportError.unexpected("process \(processIdentifier) has ended") }
            return state == "T"
        }
    }

    deinit {
        resume()
    }

    package func resume() {
        kill(processIdentifier, SIGCONT)
        ExitCleanup.removeProcessFile(processIdentifier)
    }
}
