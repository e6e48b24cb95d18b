internal import ArgumentParser
internal import Glibc
internal import Sessions

/// A new password: read from standard input, or asked for on a terminal without echo.
enum NewPassword {
    struct Problem: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    /// The paragraph about the password in the help of commands that set one.
    static let help = """
        The password is read from standard input as one line, or asked for twice on a terminal. There is no flag for \
        it: every process of the machine can read flags. It must have at least PASSWORD_MIN_LENGTH \
        (\(PasswordRules.defaultMinLength)) and at most \(PasswordRules.maxLength) characters of any kind, and must not be on \
        the list of common passwords.
        """

    /// The help of --allow-weak.
    static let allowWeakHelp: ArgumentHelp =
        "Accept a password that is short or easily guessed: for demonstrations."

    /// Reads a password and returns its hash. On failure, prints the reason and throws the exit code.
    static func hashed(for username: String, _ rules: PasswordRules, allowWeak: Bool) throws(ExitCode) -> String {
        let password: [UInt8]
        do throws(Problem) {
            password = try read(for: username, rules, allowWeak: allowWeak)
        } catch {
            throw CommandFailure.fail(error.message, code: CommandFailure.dataCode)
        }
        do throws(PasswordHasher.Failure) {
            return try PasswordHasher.hash(password)
        } catch {
            throw CommandFailure.fail("the password cannot be hashed: \(error)", code: CommandFailure.unavailableCode)
        }
    }

    private static func read(
        for username: String, _ rules: PasswordRules, allowWeak: Bool
    ) throws(Problem) -> [UInt8] {
        let password: [UInt8]
        if isatty(0) == 1 {
            password = try ask("Password for \(PrintableText.of(username)): ")
            guard try ask("Repeat the password: ") == password else { throw Problem("the two passwords differ") }
        } else {
            guard let line = StandardInput.readLine() else {
                throw Problem("no password on standard input: send it as one line")
            }
            password = line
        }
        return try check(password, for: username, rules, allowWeak: allowWeak)
    }

    /// Checks a password against the rules.
    /// - Returns: the bytes to be hashed, exactly as they were given.
    static func check(
        _ password: [UInt8], for username: String, _ rules: PasswordRules, allowWeak: Bool
    ) throws(Problem) -> [UInt8] {
        do throws(PasswordRules.Violation) {
            try rules.check(password, username: username, allowWeak: allowWeak)
        } catch {
            throw Problem("the password \(error.text)" + (error.isWeakness ? " (--allow-weak accepts it)" : ""))
        }
        return password
    }

    private static func ask(_ prompt: String) throws(Problem) -> [UInt8] {
        var before = termios()
        guard unsafe tcgetattr(0, &before) == 0 else { throw Problem("the terminal's echo cannot be turned off") }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(0, TCSAFLUSH, &quiet)
        defer {
            unsafe tcsetattr(0, TCSAFLUSH, &before)
            StandardError.write("\n")
        }
        StandardError.write(prompt)
        guard let line = StandardInput.readLine() else { throw Problem("no password was given") }
        return line
    }
}
