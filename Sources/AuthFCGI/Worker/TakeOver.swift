/// The change from a worker that serves to its successor with reloaded settings.
enum TakeOver {
    /// Returns the time that a successor has to use its store for the first time. After it, the successor logs the
    /// reason and exits with ``failureCode``. Longer than the timeouts of connecting and of a lock in the database.
    static func limit(_ settings: Settings) -> Duration { max(.seconds(5), settings.databaseWriteDeadline * 3) }

    /// The exit code of a successor that could not use its store.
    static let failureCode = ProgramExit.temporary.rawValue

    /// The exit codes with which a successor refuses its settings.
    static let refusals = [failureCode, SettingsProblems.exitCode]
}
