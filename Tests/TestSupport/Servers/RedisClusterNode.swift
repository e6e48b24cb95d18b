/// A node of a Redis Cluster from the view of one node: a line of CLUSTER NODES.
package struct RedisClusterNode: Sendable {
    /// The id: forty hexadecimal digits.
    package let identifier: String
    package let port: UInt16
    package let isPrimary: Bool
    /// A Boolean value that indicates whether the node is considered failed, by this view (`fail?`) or by agreement
    /// (`fail`).
    package let isFailing: Bool
    /// The id of the primary that the node replicates, or nil for a primary.
    package let primary: String?
    /// The slots that the node serves.
    package let slots: [ClosedRange<Int>]

    /// Parses a line.
    ///
    /// - Parameter line: `ID 127.0.0.1:PORT@BUS FLAGS PRIMARY PING PONG EPOCH LINK SLOTS…`
    init(line: Substring) throws {
        let fields = line.split(separator: " ")
        guard fields.count >= 8, let address = fields[1].split(separator: "@").first,
            let port = address.split(separator: ":").last.flatMap({ UInt16($0) })
        else { throw SupportError.unexpected("no line of CLUSTER NODES: \(line)") }
        let flags = fields[2].split(separator: ",")
        identifier = String(fields[0])
        self.port = port
        isPrimary = flags.contains("master")
        isFailing = flags.contains("fail") || flags.contains("fail?")
        primary = fields[3] == "-" ? nil : String(fields[3])
        // Entries in brackets are slots in migration.
        slots = fields[8...].filter { !$0.hasPrefix("[") }.compactMap { field in
            let bounds = field.split(separator: "-").compactMap { Int($0) }
            guard let first = bounds.first, let last = bounds.last else { return nil }
            return first...last
        }
    }

    func serves(_ slot: Int) -> Bool { slots.contains { $0.contains(slot) } }
}
