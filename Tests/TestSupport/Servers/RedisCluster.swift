/// A Redis Cluster of three primaries with a replica each, on ports of 127.0.0.1. A primary that does not respond for a
/// second is replaced in about two.
///
/// When the last reference is released, all nodes are killed. Their files stay as long as the `TestFolder`.
package final class RedisCluster: Sendable {
    /// The six nodes. Which of them are primaries changes. Each also has its unix socket.
    package let nodes: [RedisServer]
    let password: String?

    /// Creates the nodes, starts them, joins them with redis-cli, and waits until each serves.
    ///
    /// - Parameters:
    ///   - name: The prefix of the names of their folders in `folder`.
    ///   - settings: Directives for all nodes.
    package init(
        in folder: TestFolder, name: String = "cluster", settings: [String: String] = [:], password: String? = nil
    ) throws {
        let count = 6
        let choosesBus = try ServerPrograms.redisVersion >= 7
        let ports = try choosesBus ? Endpoint.freePorts(2 * count) : Self.portsWithBus(count)
        var common = [
            "cluster-enabled": "yes", "cluster-config-file": "nodes.conf", "cluster-node-timeout": "1000",
            // A replica takes over regardless of how long its link to the primary was down.
            "cluster-replica-validity-factor": "0",
        ]
        common["requirepass"] = password
        common["masterauth"] = password
        common.merge(settings) { $1 }
        nodes = try (0..<count).map { index in
            var settings = common
            // The default is 10,000 above the port, which may exceed the range of ports.
            if choosesBus { settings["cluster-port"] = "\(ports[count + index])" }
            return try RedisServer(
                in: folder, name: "\(name)-\(index + 1)", settings: settings, tcpPort: ports[index])
        }
        self.password = password
        try ServerProcess.output(
            ServerPrograms.redisClient,
            ["--cluster", "create"] + nodes.map(\.tcpEndpoint.description)
                + ["--cluster-replicas", "1", "--cluster-yes"],
            environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:], within: .seconds(60))
        try waitUntilReady()
    }

    /// Returns free ports for which the port 10,000 above is free too.
    private static func portsWithBus(_ count: Int) throws -> [UInt16] {
        let candidates = try Endpoint.freePorts(20 * count)
        let usable = candidates.filter { port in
            let (bus, overflow) = port.addingReportingOverflow(10_000)
            return !overflow && !candidates.contains(bus) && (try? Endpoint.tcp(port: bus).makeListener()) != nil
        }
        guard usable.count >= count else { throw SupportError.unexpected("no ports for a cluster and its bus") }
        return Array(usable.prefix(count))
    }

    /// The URL `redis+cluster://…`, without a password.
    package var url: String { "redis+cluster://\(hosts)" }

    /// All nodes as in a URL: `127.0.0.1:1,127.0.0.1:2` and so on.
    package var hosts: String { nodes.map(\.tcpEndpoint.description).joined(separator: ",") }

    /// Returns the node that listens on a port.
    package func node(port: UInt16) throws -> RedisServer {
        guard let node = nodes.first(where: { $0.tcpPort == port }) else {
            throw SupportError.unexpected("no node has port \(port)")
        }
        return node
    }

    /// Returns the primary of a slot on which the responding nodes agree.
    package func node(ofSlot slot: Int) throws -> RedisServer {
        var ports: Set<UInt16> = []
        for node in nodes where node.isReady {
            for entry in try roster(of: node) where entry.serves(slot) { ports.insert(entry.port) }
        }
        guard ports.count == 1, let port = ports.first else {
            throw SupportError.unexpected("slot \(slot) is served, as the nodes have it, at \(ports.sorted())")
        }
        return try node(port: port)
    }

    /// Returns the slot of a key.
    package func slot(ofKey key: String) throws -> Int {
        let reply = try anyNode().command("CLUSTER", "KEYSLOT", key)
        guard let slot = Int(reply) else { throw SupportError.unexpected("CLUSTER KEYSLOT: \(reply)") }
        return slot
    }

    /// Returns the primaries that have slots, in the order of their first ones.
    package func primaries() throws -> [RedisServer] {
        let entries = try roster(of: anyNode()).filter { $0.isPrimary && !$0.slots.isEmpty && !$0.isFailing }
        return try entries.sorted { ($0.slots[0].lowerBound) < ($1.slots[0].lowerBound) }.map {
            try node(port: $0.port)
        }
    }

    /// Returns the replicas of a primary.
    package func replicas(of primary: RedisServer) throws -> [RedisServer] {
        let identifier = try identifier(of: primary)
        return try roster(of: anyNode()).filter { $0.primary == identifier }.map { try node(port: $0.port) }
    }

    /// Returns the id of a node in the cluster.
    package func identifier(of node: RedisServer) throws -> String { try node.command("CLUSTER", "MYID") }

    /// Returns all nodes from the view of one of them.
    package func roster(of node: RedisServer) throws -> [RedisClusterNode] {
        try node.command("CLUSTER", "NODES").split(separator: "\n").map { try RedisClusterNode(line: $0) }
    }

    /// Waits until every node serves and considers all others healthy, and each replica is synchronised.
    package func waitUntilReady(within duration: Duration = .seconds(30)) throws {
        for node in nodes {
            try eventually("a cluster's node is ready", within: duration, every: .milliseconds(20), log: node.log) {
                let roster = try roster(of: node)
                let hasAll = roster.count == nodes.count && roster.filter(\.isPrimary).count == 3
                guard try hasAll && !roster.contains(where: \.isFailing) && isServing(node) else { return false }
                let replication = try node.command("INFO", "replication")
                return replication.contains("role:master") || replication.contains("master_link_status:up")
            }
        }
    }

    /// Waits until every responding node has a primary other than `old` for the slot, and serves.
    ///
    /// - Returns: The new primary.
    @discardableResult
    package func waitForFailover(
        ofSlot slot: Int, from old: RedisServer, within duration: Duration = .seconds(30)
    ) throws -> RedisServer {
        var new = old
        try eventually("slot \(slot) has a new primary", within: duration, every: .milliseconds(20), log: nodes[0].log)
        {
            for node in nodes where node !== old && node.isReady {
                guard try isServing(node) else { return false }
                let servers = try roster(of: node).filter { $0.serves(slot) }
                guard servers.count == 1, servers[0].port != old.tcpPort else { return false }
                new = try self.node(port: servers[0].port)
            }
            return new !== old
        }
        return new
    }

    /// Starts and resumes all nodes that do not run, waits until the state is that of the start except for the
    /// distribution of slots, and removes all keys.
    package func recover() throws {
        for node in nodes {
            if !node.isRunning { try node.start() }
            node.resume()
            // A primary that has handed over pauses client writes for ten seconds, before version 7 also when it is a
            // primary again.
            if try ServerPrograms.redisVersion < 7 { try node.command("CLIENT", "UNPAUSE") }
        }
        try waitUntilReady()
        for primary in try primaries() { try primary.command("FLUSHALL") }
    }

    private func isServing(_ node: RedisServer) throws -> Bool {
        try node.command("CLUSTER", "INFO").contains("cluster_state:ok")
    }

    func anyNode() throws -> RedisServer {
        guard let node = nodes.first(where: \.isReady) else { throw SupportError.unexpected("no node answers") }
        return node
    }
}
