internal import CLinux
internal import Glibc

/// The environment of this process.
enum ProcessEnvironment {
    /// Returns a copy of the environment. Entries that are not UTF-8 are omitted.
    static func snapshot() -> [String: String] {
        var values: [String: String] = [:]
        // The environment changes only while the process has a single thread, so its strings may be read at any time.
        guard var entry = unsafe authfcgi_environment() else { return values }
        while let pointer = unsafe entry.pointee {
            if let text = unsafe String(validatingCString: pointer), let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return values
    }

    /// Empties the values of variables where the kernel has put them at the start of the process: /proc shows that
    /// memory. To be called before the process has other threads.
    static func erase(_ names: [String]) {
        guard var entry = unsafe authfcgi_environment() else { return }
        while let pointer = unsafe entry.pointee {
            let length = unsafe strlen(pointer)
            for name in names {
                let start = name.utf8.count + 1
                guard unsafe strncmp(pointer, name + "=", start) == 0 else { continue }
                unsafe memset(pointer + start, 0, length - start)
            }
            unsafe entry += 1
        }
    }

    /// Adds a variable for the libraries of this process. To be called before the process has other threads.
    static func add(_ name: String, _ value: String) { _ = unsafe setenv(name, value, 1) }

    /// The pid of this process.
    static var processID: Int32 { getpid() }
}
