/// The texts on the command line.
enum CommandLineText {
    /// The position of the first argument that is not UTF-8; nil if there is none. In the standard library's arguments each
    /// malformed byte is replaced, which would make another name of a user's.
    static var firstInvalid: Int? {
        (1..<max(1, Int(CommandLine.argc))).first { position in
            guard let argument = unsafe CommandLine.unsafeArgv[position] else { return false }
            return unsafe String(validatingCString: argument) == nil
        }
    }
}
