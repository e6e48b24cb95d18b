internal import CLinux
internal import Glibc

/// The environment of this process.
enum ProcessEnvironment {
    /// Returns a copy of the environment. Entries that are not UTF-8 are omitted.
    static func snapshot() -> [String: String] {
        var values: [String: String] = [:]
        // This program never changes the environment, so its strings may be read at any time.
        guard var entry = unsafe authfcgi_environment() else { return values }
        while let pointer = unsafe entry.pointee {
            if let text = unsafe String(validatingCString: pointer), let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return values
    }

    /// The pid of this process.
    static var processID: Int32 { getpid() }
}
