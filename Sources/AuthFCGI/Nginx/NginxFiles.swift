internal import Glibc

/// The files that an nginx configuration is read from.
struct NginxFiles: Sendable {
    /// Returns the text of a file.
    let read: @Sendable (_ path: String) throws(TextFileError) -> String
    /// Returns the paths of the files that match a pattern of glob(7), in order.
    let matching: @Sendable (_ pattern: String) -> [String]

    /// The files of this machine.
    static let current = NginxFiles(
        read: { path throws(TextFileError) in try TextFile.read(path) },
        matching: { pattern in
            var found = unsafe glob_t()
            // Frees what glob has allocated, also after a failure.
            defer { unsafe globfree(&found) }
            guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
            return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
                unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
            }
        })
}
