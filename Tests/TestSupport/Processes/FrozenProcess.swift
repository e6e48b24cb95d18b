import Glibc

/// A process that stands still until `resume()`, or until the last reference goes.
package final class FrozenProcess: Sendable {
    package let processIdentifier: Int32

    /// Stops the process, and waits until it stands.
    ///
    /// - Throws: if it has ended.
    package init(_ processIdentifier: Int32) throws {
        self.processIdentifier = processIdentifier
        // It must not outlive the tests: while it stands still it notices nothing.
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
