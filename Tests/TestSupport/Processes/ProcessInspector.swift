import FoundationEssentials
import Glibc

/// The data of /proc about a process. Each value is read when it is accessed, and is nil or empty if the process has
/// ended.
package struct ProcessInspector: Sendable {
    package let processIdentifier: Int32

    package init(_ processIdentifier: Int32) {
        self.processIdentifier = processIdentifier
    }

    package var exists: Bool { state != nil }

    /// The state: R, S, D, T (stopped), Z (ended, not reaped) and so on.
    package var state: Character? { stateAndParent?.state }
    package var parent: Int32? { stateAndParent?.parent }
    package var processGroup: Int32? { field(2).flatMap { Int32($0) } }

    /// The user and system time together. The kernel counts in hundredths of a second.
    package var processorTime: Duration? {
        guard let user = field(11).flatMap({ Int($0) }), let system = field(12).flatMap({ Int($0) }) else { return nil }
        return .milliseconds((user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The name of the main thread.
    package var name: String? { trimmed("comm") }

    /// The arguments, joined by spaces. For programs that set their title, that title.
    package var commandLine: String {
        text("cmdline").split(separator: "\0").joined(separator: " ")
    }

    /// The name of each thread, the main thread first.
    package var threadNames: [String] {
        list("task").compactMap { Int32($0) }.sorted().compactMap { trimmed("task/\($0)/comm") }
    }

    /// Returns the nice value (nice(2)) of each thread with a name.
    package func niceness(ofThreads name: String) -> [Int] {
        list("task").filter { trimmed("task/\($0)/comm") == name }.compactMap { thread in
            // The name may contain spaces and parentheses. The fields after it begin with the third.
            let fields = trimmed("task/\(thread)/stat")?.split(separator: ")").last?.split(separator: " ")
            return fields.flatMap { $0.count > 16 ? Int($0[16]) : nil }
        }
    }

    /// The resident anonymous memory in bytes: the process's own memory, without file-backed pages of libraries.
    package var residentAnonymousBytes: Int? { statusBytes("RssAnon") }
    /// The resident memory in bytes.
    package var residentBytes: Int? { statusBytes("VmRSS") }

    package var descriptorCount: Int { list("fd").count }

    /// The target of each open descriptor: a path, or a name such as `socket:[4711]`.
    package var descriptors: [Int32: String] {
        var result: [Int32: String] = [:]
        for name in list("fd") {
            guard let number = Int32(name) else { continue }
            result[number] = try? FileManager.default.destinationOfSymbolicLink(atPath: path("fd/\(name)"))
        }
        return result
    }

    /// The targets of the descriptors that the process polls by epoll(7), as in `descriptors`.
    package var polledDescriptors: Set<String> {
        let open = descriptors
        let pollers = open.filter { $0.value == "anon_inode:[eventpoll]" }.keys
        let numbers = pollers.flatMap { poller in
            text("fdinfo/\(poller)").split(separator: "\n").compactMap { line -> Int32? in
                // `tfd:        5 events: …`
                let words = line.split(separator: " ", maxSplits: 2)
                return words.first == "tfd:" && words.count > 1 ? Int32(words[1]) : nil
            }
        }
        return Set(numbers.compactMap { open[$0] })
    }

    /// The child processes, ordered by pid, including any that has ended and was not reaped yet.
    package var children: [Int32] {
        // The kernel lists them by the thread that started them. Without that list all processes are searched.
        guard Self.listsChildren else {
            return Self.all.filter { $0.parent == processIdentifier }.map(\.processIdentifier)
        }
        return list("task").flatMap { thread in
            text("task/\(thread)/children").split(separator: " ").compactMap { Int32($0) }
        }.sorted()
    }

    private static let listsChildren = FileManager.default.fileExists(atPath: "/proc/self/task/\(getpid())/children")

    /// All processes of the machine, ordered by pid.
    package static var all: [ProcessInspector] {
        guard let folder = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(folder) }
        var numbers: [Int32] = []
        while let entry = unsafe readdir(folder) {
            let number = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                // 0 for names that are not numbers.
                unsafe $0.baseAddress.map { unsafe atoi($0.assumingMemoryBound(to: CChar.self)) } ?? 0
            }
            if number > 0 { numbers.append(number) }
        }
        return numbers.sorted().map(ProcessInspector.init)
    }

    /// The state and the parent, read by means of the C library: tests ask for them many times a second.
    private var stateAndParent: (state: Character, parent: Int32)? {
        let bytes = readBytes(path("stat")) + [0]
        return unsafe bytes.withUnsafeBytes { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                // The format of `fields`: `4711 (name) S 4712 …`.
                let end = unsafe strrchr(start, Int32(UInt8(ascii: ")"))), unsafe strlen(end) > 4
            else { return nil }
            return unsafe (Character(UnicodeScalar(UInt8(bitPattern: end[2]))), Int32(strtol(end + 4, nil, 10)))
        }
    }

    // The fields of `stat` after the name, which is in parentheses and may itself contain spaces and parentheses.
    private var fields: [Substring]? {
        let text = text("stat")
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
    }

    private func field(_ index: Int) -> Substring? {
        guard let fields, index < fields.count else { return nil }
        return fields[index]
    }

    private func statusBytes(_ name: String) -> Int? {
        guard let line = text("status").split(separator: "\n").first(where: { $0.hasPrefix(name + ":") }) else {
            return nil
        }
        return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
    }

    private func trimmed(_ name: String) -> String? {
        let text = text(name)
        return text.isEmpty ? nil : String(text.prefix { $0 != "\n" })
    }

    private func path(_ name: String) -> String { "/proc/\(processIdentifier)/\(name)" }
    private func text(_ name: String) -> String { readText(path(name)) }
    private func list(_ name: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path(name))) ?? []
    }
}
