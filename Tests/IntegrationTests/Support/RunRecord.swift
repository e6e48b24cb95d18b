import Glibc
import Synchronization
import TestSupport

/// The secrets that must not appear in any log, and the logs.
enum RunRecord {
    private struct Contents {
        var secrets: Set<String> = []
        var logs: [(name: String, text: String)] = []
        var watched: [WeakOwner] = []
    }

    private struct WeakOwner: Sendable {
        weak let owner: (any HasLogs)?
    }

    private static let contents = Mutex(Contents())

    /// Adds a token or password that is used from now on.
    static func note(secret: String) {
        contents.withLock { _ = $0.secrets.insert(secret) }
    }

    /// Adds a pod or the like, whose logs are examined for its lifetime.
    static func watch(_ owner: any HasLogs) {
        contents.withLock { $0.watched.append(WeakOwner(owner: owner)) }
    }

    /// Adds logs of processes that no longer exist.
    static func keep(_ logs: [String: String]) {
        contents.withLock { contents in contents.logs += logs.map { ($0.key, $0.value) } }
    }

    /// Returns the places in the logs that contain a secret or an alert of nginx, with the line. The text of the secret
    /// is omitted.
    static func faults() -> [String] {
        let (secrets, kept, owners) = contents.withLock { ($0.secrets, $0.logs, $0.watched.compactMap(\.owner)) }
        let logs = kept + owners.flatMap { owner in owner.logs.map { (name: $0.key, text: $0.value) } }
        return logs.flatMap { name, text in faults(of: text, named: name, secrets) }
    }

    private static func faults(of text: String, named name: String, _ secrets: Set<String>) -> [String] {
        // After hundreds of suites there are thousands of tokens and many megabytes: what is nowhere in a log is looked for
        // in none of its lines.
        let hasTokens = has(text, "afs_")
        let present = secrets.filter { secret in (hasTokens || !secret.hasPrefix("afs_")) && has(text, secret) }
        guard !present.isEmpty || has(text, "[alert]") || has(text, "[emerg]") else { return [] }
        return text.split(separator: "\n").compactMap { line -> String? in
            if let secret = present.first(where: { line.contains($0) }) {
                return "\(name): " + line.replacing(secret, with: "(secret)")
            }
            let isAlert = line.contains("[alert]") || line.contains("[emerg]")
            return isAlert ? "\(name): \(line)" : nil
        }
    }

    /// Returns whether a text contains another one: `contains` would take minutes for all logs.
    private static func has(_ text: String, _ part: String) -> Bool {
        var (text, part) = (text, part)
        return text.withUTF8 { text in
            part.withUTF8 { part in
                guard let first = unsafe part.first, let wanted = part.baseAddress else { return true }
                var rest = UnsafeRawBufferPointer(text)
                while let start = rest.baseAddress, rest.count >= part.count {
                    let places = rest.count - part.count + 1
                    guard let found = unsafe memchr(start, Int32(first), places) else { return false }
                    if unsafe memcmp(found, wanted, part.count) == 0 { return true }
                    unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(UnsafeRawPointer(found) - start + 1))
                }
                return false
            }
        }
    }
}
