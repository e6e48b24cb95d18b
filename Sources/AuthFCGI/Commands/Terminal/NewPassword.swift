internal import ArgumentParser
internal import Glibc
internal import Sessions

/// A password that somebody sets: from standard input, or asked for on a terminal without showing it.
enum NewPassword {
    struct Problem: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    /// What the help of those commands says that set one.
    static let help = """
        The password is read from standard input, one line, or asked for twice on a terminal. It is never a flag: \
        every process of the machine can read flags. It has \(PasswordRules.lengths.lowerBound) to \
        \(PasswordRules.lengths.upperBound) characters of any kind, and is none of those that everybody tries first.
        """

    /// What --allow-weak does.
    static let allowWeakHelp: ArgumentHelp =
        "Accept a password that is short or guessed easily: for demonstrations."

    /// Reads one and hashes it; what goes wrong is said on standard error, and the exit code thrown.
    static func hashed(for username: String, allowWeak: Bool) throws(ExitCode) -> String {
        let password: [UInt8]
        do throws(Problem) {
            password = try read(for: username, allowWeak: allowWeak)
        } catch {
            throw CommandFailure.fail(error.message, code: CommandFailure.dataCode)
        }
        do throws(PasswordHasher.Failure) {
            return try PasswordHasher.hash(password)
        } catch {
            throw CommandFailure.fail("the password cannot be hashed: \(error)", code: CommandFailure.unavailableCode)
        }
    }

    private static func read(for username: String, allowWeak: Bool) throws(Problem) -> [UInt8] {
        let password: [UInt8]
        if isatty(0) == 1 {
            password = try ask("Password for \(PrintableText.of(username)): ")
            guard try ask("The same again: ") == password else { throw Problem("the two passwords differ") }
        } else {
            guard let line = StandardInput.readLine() else {
                throw Problem("no password on standard input: send it as one line")
            }
            password = line
        }
        return try check(password, for: username, allowWeak: allowWeak)
    }

    /// The bytes that will be hashed, exactly as they were given.
    static func check(_ password: [UInt8], for username: String, allowWeak: Bool) throws(Problem) -> [UInt8] {
        do throws(PasswordRules.Violation) {
            try PasswordRules.check(password, username: username, allowWeak: allowWeak)
        } catch {
            throw Problem("the password \(error.text)" + (error.isWeakness ? " (--allow-weak accepts it)" : ""))
        }
        return password
    }

    private static func ask(_ prompt: String) throws(Problem) -> [UInt8] {
        var before = termios()
        guard unsafe tcgetattr(0, &before) == 0 else { throw Problem("the terminal cannot be set up") }
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
