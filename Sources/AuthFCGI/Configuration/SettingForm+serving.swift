internal import EventLoop

extension SettingForm where Value == [ListenAddress] {
    /// Addresses, separated by commas. An empty array stands for those that are determined at the start.
    static var addresses: Self {
        addressList { (text) throws(ListenAddress.Problem) in
            try ListenAddress(parsing: text)
        } shown: {
            $0.description
        }
    }

    /// Addresses for metrics, separated by commas. An empty array stands for none.
    static var metricsAddresses: Self {
        addressList { (text) throws(ListenAddress.Problem) in
            try ListenAddress(parsingMetrics: text)
        } shown: {
            $0.place.description
        }
    }

    private static func addressList(
        _ parse: @escaping @Sendable (Substring) throws(ListenAddress.Problem) -> ListenAddress,
        shown: @escaping @Sendable (ListenAddress) -> String
    ) -> Self {
        Self(
            type: "address,…",
            read: { (text, _) throws(SettingProblem) in
                var addresses: [ListenAddress] = []
                var problems: [String] = []
                for entry in text.listEntries {
                    do throws(ListenAddress.Problem) {
                        let address = try parse(entry)
                        if addresses.contains(where: { $0.place == address.place }) {
                            problems.append("names \(address.place) twice; remove one")
                        }
                        addresses.append(address)
                    } catch {
                        problems.append("has the entry \(SettingsProblems.quoted(entry)): \(error)")
                    }
                }
                guard problems.isEmpty else { throw .parts(problems) }
                return addresses
            },
            write: { $0.isEmpty ? nil : $0.map(shown).joined(separator: ",") })
    }
}

extension SettingForm where Value == [IPNetwork] {
    /// Addresses and networks, separated by commas.
    static var networks: Self {
        Self(
            type: "network,…",
            read: { (text, _) throws(SettingProblem) in
                try text.entries {
                    IPNetwork($0)
                } or: {
                    "has the entry \($0): write an address, or a network such as 10.0.0.0/8"
                }
            },
            write: { $0.isEmpty ? nil : $0.map(\.description).joined(separator: ",") })
    }
}

extension SettingForm where Value == UInt32 {
    /// Permission bits.
    static var fileMode: Self {
        Self(
            type: "octal mode",
            read: { (text, _) throws(SettingProblem) in
                guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
                    throw .wrong("write an octal mode, such as 0660")
                }
                return mode
            },
            write: { "0" + String($0, radix: 8) })
    }

    /// The number of a group.
    static var group: Self {
        Self(
            type: "name or number",
            read: { (text, host) throws(SettingProblem) in
                guard let group = UInt32(text) ?? host.groupID(text) else {
                    throw .wrong("there is no such group; write the name or number of a group")
                }
                return group
            },
            write: { String($0) })
    }
}

extension SettingForm where Value == ServiceUser {
    /// The user whose rights the workers have.
    static var serviceUser: Self {
        Self(
            type: "user",
            read: { (text, host) throws(SettingProblem) in
                guard let user = ServiceUser(text, host) else {
                    throw .wrong(
                        "there is no such user or group; write the name or number of a user, and perhaps :GROUP")
                }
                return user
            },
            write: { $0.text })
    }
}

extension SettingForm where Value == Set<UInt32> {
    /// The numbers of users, separated by commas.
    static var users: Self {
        Self(
            type: "user,…",
            read: { (text, host) throws(SettingProblem) in
                let users: [UInt32] = try text.entries {
                    UInt32($0) ?? host.userID(String($0))
                } or: {
                    "names \($0): there is no such user; write names or numbers of users"
                }
                return Set(users)
            },
            write: { $0.sorted().map { String($0) }.joined(separator: ",") })
    }
}

extension String {
    /// The entries of a comma-separated list, without surrounding spaces.
    fileprivate var listEntries: [Substring] {
        split(separator: ",", omittingEmptySubsequences: false).map { $0.trimming { $0 == " " } }
    }

    /// Reads the entries of a comma-separated list.
    /// - Parameters:
    ///   - read: Reads an entry. Returns nil if it is wrong.
    ///   - problem: Returns a predicate that follows the setting's name, for a wrong entry in quotation marks.
    func entries<Entry>(
        _ read: (Substring) -> Entry?, or problem: (String) -> String
    ) throws(SettingProblem) -> [Entry] {
        var entries: [Entry] = []
        var problems: [String] = []
        for text in listEntries {
            if let entry = read(text) {
                entries.append(entry)
            } else {
                problems.append(problem(SettingsProblems.quoted(text)))
            }
        }
        guard problems.isEmpty else { throw .parts(problems) }
        return entries
    }
}
