import TestSupport

@testable import AuthFCGI

extension NginxFiles {
    /// Files in memory, by path. Those of the gate exist everywhere, as they are shipped unless they are among them.
    static func memory(_ files: [String: String]) -> NginxFiles {
        NginxFiles(
            read: { path throws(TextFileError) in
                if let text = files[path] { return text }
                guard path.contains("authfcgi/"), let file = path.split(separator: "/").last,
                    let text = try? Repository.text("nginx/authfcgi/\(file)")
                else { throw .notText }
                return text
            },
            matching: { pattern in
                if pattern.contains("authfcgi/") { return [pattern] }
                guard let star = pattern.firstIndex(of: "*") else { return files[pattern] == nil ? [] : [pattern] }
                let (start, end) = (pattern[..<star], pattern[pattern.index(after: star)...])
                return files.keys.filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted()
            })
    }
}
