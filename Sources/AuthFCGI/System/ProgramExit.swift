/// The exit codes of the program: 0, 1, and those of sysexits.h. The table in docs/commands.md is written from this list.
enum ProgramExit: Int32, CaseIterable {
    case success = 0
    case refusal = 1
    case usage = 64  // EX_USAGE
    case data = 65  // EX_DATAERR
    case unavailable = 69  // EX_UNAVAILABLE
    case system = 71  // EX_OSERR
    case output = 74  // EX_IOERR
    case temporary = 75  // EX_TEMPFAIL
    case configuration = 78  // EX_CONFIG

    /// The meaning, as in the documentation: Markdown without a full stop.
    var meaning: String {
        switch self {
        case .success: "done"
        case .refusal: "`session revoke --all`: the answer was no; `healthcheck`: not ready; `status`: no answer"
        case .usage:
            """
            unknown flag or command, a flag without its value, an argument that is not allowed or not UTF-8, or flags that \
            do not fit together
            """
        case .data:
            """
            `user …`: the password or the name cannot be taken, or there is no such user; `session …`: there is no such \
            user or session, or it may not be
            """
        case .unavailable:
            """
            a command: PostgreSQL cannot be reached, or refused for another reason than a missing right; `config check`: \
            that, or the same of Redis
            """
        case .system: "the system refused something that the program needs to start"
        case .output: "a command: its output could not be written"
        case .temporary: "another process listens on the socket"
        case .configuration:
            """
            settings, the socket's folder or the database need an operator: the text says what to do, for a missing right \
            the `GRANT` to run
            """
        }
    }
}
