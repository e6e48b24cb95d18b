package import Logging

/// The fields of all log lines that are written on behalf of something, such as a request.
package enum LogContext {
    // The property wrapper is a macro of the same effect.
    private static let local = TaskLocal<Logger.Metadata>(wrappedValue: [:])

    /// The fields of the present work; empty for none.
    package static var fields: Logger.Metadata { local.get() }

    /// Calls `work`. The lines that it logs have `fields`, and so have those of the tasks that it starts.
    package static func with(_ fields: Logger.Metadata, _ work: () -> Void) {
        local.withValue(fields, operation: work)
    }
}
