internal import Glibc

/// A password that somebody sets: from standard input, or asked for on a terminal without showing it.
enum NewPassword {
    struct Problem: Error, Equatable {
        let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    /// ASVS 6.2.1 and 4.0.3's 2.1.2, in characters.
    static let lengths = 8...128

    static func read(for username: String, allowWeak: Bool) throws(Problem) -> [UInt8] {
        let password: String
        if isatty(0) == 1 {
            password = try ask("Password for \(username): ")
            guard try ask("The same again: ") == password else { throw Problem("the two passwords differ") }
        } else {
            guard let line = readLine() else {
                throw Problem("no password on standard input: send it as one line")
            }
            password = line
        }
        return try check(password, allowWeak: allowWeak)
    }

    /// The bytes that will be hashed, exactly as they were given.
    static func check(_ password: String, allowWeak: Bool) throws(Problem) -> [UInt8] {
        guard !password.isEmpty else { throw Problem("the password is empty") }
        guard !password.utf8.contains(0) else { throw Problem("the password contains a NUL") }
        guard allowWeak || password.count >= lengths.lowerBound else {
            throw Problem("the password has fewer than \(lengths.lowerBound) characters (--allow-weak accepts it)")
        }
        guard password.count <= lengths.upperBound, password.utf8.count <= LoginRequest.longestPassword else {
            throw Problem("the password has more than \(lengths.upperBound) characters")
        }
        return Array(password.utf8)
    }

    private static func ask(_ prompt: String) throws(Problem) -> String {
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
        guard let line = readLine() else { throw Problem("no password was given") }
        return line
    }
}
