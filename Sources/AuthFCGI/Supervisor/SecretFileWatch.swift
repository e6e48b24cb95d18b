/// Notices that a secret has been replaced in its file, and decides when it is to be read again. The time and the stamps of the
/// files are passed in.
struct SecretFileWatch: Sendable {
    /// The reason to read the secrets again.
    enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// The files of these variables have changed.
        case changed([String])
        /// A store refuses the user or the password.
        case refused

        var description: String {
            switch self {
            case .changed(let variables): "the file of \(variables.joined(separator: " and of ")) has changed"
            case .refused: "a store refuses the user or the password"
            }
        }
    }

    /// The time between two looks at the files. A change counts if the next look finds the file as this one has, since whoever
    /// writes it may be half-way through.
    static let interval = Duration.seconds(2)
    /// The minimum time between two reads because of refusals, which doubles with each read up to the longest one: while a store
    /// refuses what the file has, each read replaces a worker in vain.
    static let firstPause = Duration.seconds(5)
    static let longestPause = Duration.seconds(60)

    private var files: [SecretFile] = []
    /// The stamps of the files whose contents are known.
    private var known: [String: FileStamp] = [:]
    /// The stamps of the last look.
    private var seen: [String: FileStamp] = [:]
    private var nextLook = MonotonicInstant(nanoseconds: 0)
    private var nextRead = MonotonicInstant(nanoseconds: 0)
    private var pause = firstPause
    private var isRefused = false

    /// Watches the files of settings that have just been read.
    mutating func watch(_ files: [SecretFile], _ stamp: (_ path: String) -> FileStamp?) {
        self.files = files
        seen = [:]
        known = [:]
        for file in files { known[file.path] = stamp(file.path) }
    }

    /// Looks at the files, if it is time to.
    /// - Parameter isRefused: True if a store has refused the user or the password since the last call.
    /// - Returns: The reason to read the secrets again; nil for none.
    mutating func look(
        isRefused: Bool, at now: MonotonicInstant, _ stamp: (_ path: String) -> FileStamp?
    ) -> Reason? {
        guard !files.isEmpty else { return nil }
        self.isRefused = self.isRefused || isRefused
        if let reason = changes(at: now, stamp) { return reason }
        guard self.isRefused, now >= nextRead else { return nil }
        self.isRefused = false
        // The refusals before have been over for a while.
        if now - nextRead > Self.longestPause { pause = Self.firstPause }
        nextRead = now + pause
        pause = min(pause * 2, Self.longestPause)
        return .refused
    }

    private mutating func changes(at now: MonotonicInstant, _ stamp: (_ path: String) -> FileStamp?) -> Reason? {
        guard now >= nextLook else { return nil }
        nextLook = now + Self.interval
        var changed: [String] = []
        for file in files {
            // A file that is away is about to be replaced.
            guard let present = stamp(file.path), present != known[file.path] else {
                seen[file.path] = nil
                continue
            }
            if seen[file.path] == present {
                known[file.path] = present
                seen[file.path] = nil
                changed.append(file.variable)
            } else {
                seen[file.path] = present
            }
        }
        guard !changed.isEmpty else { return nil }
        pause = Self.firstPause
        return .changed(changed)
    }
}
