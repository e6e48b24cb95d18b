internal import ArgumentParser
internal import Sessions

/// The failure of a command: a message on standard error and an exit code, one of ``ProgramExit``.
enum CommandFailure {
    static let usageCode = ProgramExit.usage.rawValue
    static let dataCode = ProgramExit.data.rawValue
    static let unavailableCode = ProgramExit.unavailable.rawValue
    static let outputCode = ProgramExit.output.rawValue
    static let configurationCode = ProgramExit.configuration.rawValue

    /// Performs `work`. If PostgreSQL fails, prints the reason and throws the exit code.
    static func reporting<T>(_ work: () throws(PostgreSQLError) -> T) throws(ExitCode) -> T {
        do throws(PostgreSQLError) {
            return try work()
        } catch {
            throw unavailable(error)
        }
    }

    private static func unavailable(_ error: PostgreSQLError) -> ExitCode {
        let reason = error.reason(.settings)
        switch error {
        case .unusable, .notReady: return fail(reason, code: configurationCode)
        // Repeating the command does not help.
        case .server where error.isRefusedPermission: return fail("PostgreSQL: \(reason)", code: configurationCode)
        case .server, .connection, .unsent, .replacement, .refused, .deadline, .confusion, .unreadable:
            return fail("PostgreSQL: \(reason)", code: unavailableCode)
        }
    }

    /// Prints a message and returns the exit code to throw.
    static func fail(_ message: String, code: Int32) -> ExitCode {
        StandardError.write("authfcgi: \(message)\n")
        return ExitCode(code)
    }
}
