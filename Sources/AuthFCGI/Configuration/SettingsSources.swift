internal import EventLoop

/// Where settings come from: flags go over the environment, the environment over the file of `--env-file`, and the
/// file over the defaults.
struct SettingsSources: Sendable {
    /// The flags that were given, by the setting's name.
    var flags: [String: String] = [:]
    /// The environment at the start of the process; names that are no settings are ignored.
    var environment: [String: String] = [:]
    /// The path given with `--env-file`.
    var environmentFile: String?
    var host: Host

    /// What reading settings asks the machine.
    struct Host: Sendable {
        /// How many processors there are for this process.
        var cores: Int
        /// The text of a file.
        var readFile: @Sendable (_ path: String) throws(TextFileError) -> String
        /// A user's number.
        var userID: @Sendable (_ name: String) -> UInt32?
        /// A group's number.
        var groupID: @Sendable (_ name: String) -> UInt32?
    }
}
