internal import Glibc
internal import Sessions

/// What the machine and the process have to offer.
enum MachineChecks {
    @Sendable
    static func program(_ examination: Examination) -> [Finding] {
        [.fine("authfcgi \(Version.current), \(LibraryVersions.summary)")]
    }

    @Sendable
    static func user(_ examination: Examination) -> [Finding] {
        let starter = starter(examination.settings)
        guard starter.isEmpty else { return starter }
        guard geteuid() == 0 else { return [.fine("\(SystemUser.current)")] }
        return [
            .note(
                "this command runs as root, so its rights to files, sockets and databases may not be those of 'serve'",
                "run it as the user of 'serve'")
        ]
    }

    /// Returns remarks on a start by this user, not problems: another user may start the program.
    static func starter(_ settings: Settings) -> [Finding] {
        do throws(SettingsProblems) {
            try settings.checkUser()
            return []
        } catch {
            return error.lines.map { .note("started by this user, 'serve' would end with 78: \($0)") }
        }
    }

    @Sendable
    static func sockets(_ examination: Examination) -> [Finding] {
        let settings = examination.settings
        do throws(ListenError) {
            let remarks = try ListeningSockets.rehearse(settings, ProcessEnvironment.snapshot())
            let addresses = settings.listen.isEmpty ? [ListenAddress.standard] : settings.listen
            let names = addresses.map(\.description).joined(separator: ", ")
            return remarks.isEmpty ? [.fine("LISTEN (\(names)) can be used")] : remarks.map { Finding.note($0) }
        } catch {
            let advice = "; if systemd passes the socket to 'serve', add --listen systemd"
            return [.error("\(error)\(settings.listen.isEmpty ? advice : "")", exitCode: error.exitCode)]
        }
    }

    @Sendable
    static func backlog(_ examination: Examination) -> [Finding] { [backlog(ListeningSocket.smallerBacklog)] }

    /// - Parameter limit: The kernel's limit of waiting connections; nil if it is as high as the gate's.
    static func backlog(_ limit: Int?) -> Finding {
        guard let limit else { return .fine("at least \(ListeningSocket.backlog) connections may wait") }
        return .warning("\(limit) connections may wait; more are refused, and nginx answers 503")
    }

    @Sendable
    static func descriptors(_ examination: Examination) -> [Finding] {
        let limit = DescriptorLimit.maximum
        guard limit < 4096 else { return [.fine("\(limit) descriptors may be open")] }
        return [.warning("\(limit) descriptors may be open: a worker takes at most \(max(64, limit - 64)) connections")]
    }

    @Sendable
    static func hashes(_ examination: Examination) -> [Finding] {
        guard let reason = PasswordHasher.trial() else { return [.fine("password hashes can be computed")] }
        return [.error("password hashes cannot be computed: \(reason)")]
    }
}

extension ListenAddress {
    /// The path of a unix socket that the program makes; nil for other addresses.
    var path: String? { if case .unix(let path) = place { path } else { nil } }
}
