/// The migration of a slot of a Redis Cluster from one primary to another, step by step as in a resharding.
///
/// Until `finish()` the old primary serves the keys that it still has, and replies ASK for all others.
package struct RedisSlotMigration {
    package let slot: Int
    package let source: RedisServer
    package let target: RedisServer
    private let cluster: RedisCluster

    fileprivate init(_ slot: Int, from source: RedisServer, to target: RedisServer, in cluster: RedisCluster) throws {
        self.slot = slot
        self.source = source
        self.target = target
        self.cluster = cluster
        try target.command("CLUSTER", "SETSLOT", "\(slot)", "IMPORTING", cluster.identifier(of: source))
        try source.command("CLUSTER", "SETSLOT", "\(slot)", "MIGRATING", cluster.identifier(of: target))
    }

    /// Moves all keys that the slot has at present.
    package func moveKeys() throws {
        while true {
            let reply = try source.command("CLUSTER", "GETKEYSINSLOT", "\(slot)", "100")
            let keys = reply.split(separator: "\n").map(String.init)
            guard !keys.isEmpty else { return }
            let password = cluster.password.map { ["AUTH", $0] } ?? []
            guard let port = target.tcpPort else { preconditionFailure("nodes of a cluster have ports") }
            let address = ["127.0.0.1", "\(port)"]
            try source.command(["MIGRATE"] + address + ["", "0", "5000"] + password + ["KEYS"] + keys)
        }
    }

    /// Assigns the slot to the target and notifies every primary, so that the others reply MOVED with the right
    /// address.
    package func finish() throws {
        let identifier = try cluster.identifier(of: target)
        let others = try cluster.primaries().filter { $0 !== target && $0 !== source }
        // The target first. If it were the last, no node would serve the slot for a moment.
        for node in [target, source] + others {
            try node.command("CLUSTER", "SETSLOT", "\(slot)", "NODE", identifier)
        }
        try eventually("the nodes agree on slot \(slot)") { (try? cluster.node(ofSlot: slot)) === target }
    }
}

extension RedisCluster {
    /// Starts the migration of a slot and leaves it incomplete.
    package func beginMigration(ofSlot slot: Int, to target: RedisServer) throws -> RedisSlotMigration {
        try RedisSlotMigration(slot, from: node(ofSlot: slot), to: target, in: self)
    }

    /// Moves a slot with its keys to another primary.
    package func migrateSlot(_ slot: Int, to target: RedisServer) throws {
        let migration = try beginMigration(ofSlot: slot, to: target)
        try migration.moveKeys()
        try migration.finish()
    }
}
