internal import EventLoop

/// The sources of settings: flags take precedence over the environment, the environment over the file of `--env-file`,
/// and the file over the defaults. A variable with the prefix takes precedence over one without, also if the former is in the
/// file and the latter in the environment, where it may be another program's.
struct SettingsSources: Sendable {
    /// The flags that were given, by the setting's name.
    var flags: [String: String] = [:]
    /// The environment at the start of the process; names that are not settings have no effect: see ``unknownVariables``.
    var environment: [String: String] = [:]
    /// The path given with `--env-file`.
    var environmentFile: String?
    var host: Host

    /// The facts about the machine that settings need.
    struct Host: Sendable {
        /// The number of processors for this process.
        var cores: Int
        /// Returns the text of a file.
        var readFile: @Sendable (_ path: String) throws(TextFileError) -> String
        /// Returns a user's number; nil if there is no such user.
        var userID: @Sendable (_ name: String) -> UInt32?
        /// Returns a group's number; nil if there is no such group.
        var groupID: @Sendable (_ name: String) -> UInt32?
        /// Returns a user's entry; nil if there is no user with this name or number.
        var account: @Sendable (_ nameOrNumber: String) -> SystemAccount? = { _ in nil }
    }
}
