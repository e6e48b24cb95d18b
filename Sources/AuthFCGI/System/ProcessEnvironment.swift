internal import CLinux
internal import Glibc

/// The environment of this process.
enum ProcessEnvironment {
    /// A copy of it. What is not UTF-8 is left out.
    static func snapshot() -> [String: String] {
        var values: [String: String] = [:]
        // Nothing in this program changes the environment, so its strings may be read at any time.
        guard var entry = unsafe authfcgi_environment() else { return values }
        while let pointer = unsafe entry.pointee {
            if let text = unsafe String(validatingCString: pointer), let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return values
    }

    /// This process's number.
    static var processID: Int32 { getpid() }
}
