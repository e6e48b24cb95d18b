internal import Glibc

/// The user of the system who runs this process, for the record of changes.
enum SystemUser {
    /// The user's id and, as far as they are known, the name, and who became this user by sudo. Only the id is certain.
    static var current: String {
        let uid = getuid()
        let name = unsafe getpwuid(uid).map { unsafe String(cString: $0.pointee.pw_name) }
        let facts = ["uid \(uid)"] + (ProcessEnvironment.snapshot()["SUDO_USER"].map { ["sudo by \($0)"] } ?? [])
        let all = facts.joined(separator: ", ")
        return PrintableText.of(name.map { "\($0) (\(all))" } ?? all)
    }
}
