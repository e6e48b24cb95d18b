/// The servers in a connection string, which libpq tries one after the other.
struct ConnectionHosts: Equatable {
    /// The values of `host`, `hostaddr` and `port`, each with an entry per server; empty if the string has none.
    private let hosts: [String]
    private let addresses: [String]
    private let ports: [String]

    /// - Parameters:
    ///   - host: The value of `host`, entries separated by commas.
    ///   - hostaddr: The value of `hostaddr`.
    ///   - port: The value of `port`. One entry is valid for all servers.
    init(host: String?, hostaddr: String?, port: String?) {
        hosts = Self.entries(host)
        addresses = Self.entries(hostaddr)
        ports = Self.entries(port)
    }

    /// Reads a connection string. There is no server if libpq cannot read it, or if it names none.
    init(_ url: Secret) {
        let values = ConnectionString.values(url.reveal()) ?? [:]
        self.init(host: values["host"], hostaddr: values["hostaddr"], port: values["port"])
    }

    /// The number of servers; zero if the string names none.
    var count: Int { max(hosts.count, addresses.count) }

    /// Returns the parameters that make libpq begin with another server: a silent one then delays only some attempts.
    /// - Parameter places: The number of servers by which the list is rotated.
    /// - Returns: Names and values; none if there is only one server.
    func rotated(by places: Int) -> [(name: String, value: String)] {
        guard count > 1, places % count != 0 else { return [] }
        return [("host", hosts), ("hostaddr", addresses), ("port", ports)].compactMap { name, entries in
            guard entries.count == count else { return nil }
            let first = places % count
            return (name, (entries[first...] + entries[..<first]).joined(separator: ","))
        }
    }

    private static func entries(_ list: String?) -> [String] {
        guard let list, !list.isEmpty else { return [] }
        return list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
