/// The user whose rights the workers have.
struct ServiceUser: Equatable, Sendable {
    /// The text of the setting: a name or a number, and perhaps `:` and a group.
    let text: String
    /// The name, by which the system knows more groups of the user; nil for a number that no user has.
    let name: String?
    let uid: UInt32
    let gid: UInt32
    /// The user's home; `/` if there is none.
    let home: String

    var isRoot: Bool { uid == 0 }

    /// Returns nil if there is no such user or group. A number need not be a user's: in a container there may be no list of
    /// them. Its group is then the one with the same number.
    init?(_ text: String, _ host: SettingsSources.Host) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let account = host.account(parts[0])
        guard let uid = account?.uid ?? UInt32(parts[0]) else { return nil }
        if parts.count > 1 {
            guard let group = UInt32(parts[1]) ?? host.groupID(parts[1]) else { return nil }
            gid = group
        } else {
            gid = account?.gid ?? uid
        }
        self.uid = uid
        self.text = text
        name = account?.name
        home = account?.home ?? "/"
    }
}

extension ServiceUser {
    /// Returns what is wrong with the user of a program that serves, as a predicate of the setting; nil if nothing is.
    /// - Parameters:
    ///   - user: The user of the settings; nil if they name none.
    ///   - starter: The number of the user who starts the program.
    static func problem(_ user: ServiceUser?, startedBy starter: UInt32) -> String? {
        switch user {
        case nil where starter == 0:
            "is not set, and root starts the program: write --user NAME for the user whose rights the workers have, start the program as another user, or write --user root to serve as root"
        case let user? where starter != 0 && user.uid != starter:
            "is \(SettingsProblems.quoted(user.text)), but only root can change the user; remove it, or start the program as root"
        case nil, _?: nil
        }
    }
}

extension Settings {
    /// Checks that the workers get no rights of root unless the settings say so. For a program that serves: commands need no
    /// user.
    func checkUser(startedBy starter: UInt32 = ProcessUser.current) throws(SettingsProblems) {
        guard let problem = ServiceUser.problem(self.user, startedBy: starter) else { return }
        var problems = SettingsProblems()
        problems.add("\(SettingTable.shared.user.prefixedName) \(problem)")
        throw problems
    }

    /// The group of unix sockets; nil for that of the process.
    var socketGroup: UInt32? { self.listenGroup ?? (ProcessUser.current == 0 ? self.user?.gid : nil) }
}
