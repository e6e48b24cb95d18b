internal import ArgumentParser
internal import Sessions

/// How a command that could not do its work ends: a sentence on standard error and an exit code of sysexits.h.
enum CommandFailure {
    static let dataCode: Int32 = 65  // EX_DATAERR
    static let unavailableCode: Int32 = 69  // EX_UNAVAILABLE
    static let configurationCode: Int32 = 78  // EX_CONFIG

    /// PostgreSQL did not do it.
    static func unavailable(_ error: PostgreSQLError) -> ExitCode {
        if case .unusable(let reason) = error { return fail(reason, code: configurationCode) }
        return fail("PostgreSQL: \(error.reason)", code: unavailableCode)
    }

    /// Says why and gives the exit code to throw.
    static func fail(_ message: String, code: Int32) -> ExitCode {
        StandardError.write("authfcgi: \(message)\n")
        return ExitCode(code)
    }
}
