import Foundation
import TestSupport
import Testing

@testable import Sessions

/// A user of Redis with the rights that docs/redis.md names, and no others.
@Suite(.serialized) struct RedisRightsTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// The users of the document's list.
    private enum Place: String {
        case server = "- one server: "
        case primary = "- behind sentinels: "
        case sentinel = "- at the sentinels: "
        case cluster = "- a cluster: "
    }

    /// Returns the rights in the document's line, such as `+mget`.
    private func rights(_ place: Place) throws -> [String] {
        let page = try MarkdownPage("docs/redis.md", in: Repository.path(""))
        let line = try #require(page.prose.first { $0.hasPrefix(place.rawValue) })
        let words = line.split(whereSeparator: { $0 == " " || $0 == "`" || $0 == "," || $0 == ";" })
        let rights = words.filter { $0.hasPrefix("+") }.map(String.init)
        try #require(!rights.isEmpty, "\(line)")
        return rights
    }

    private func allow(_ place: Place, on servers: [RedisServer]) throws {
        for server in servers {
            let keys = place == .sentinel ? [] : ["~authfcgi:*"]
            try server.command(["ACL", "SETUSER", "gate", "reset", "on", ">hunter2"] + keys + rights(place))
        }
    }

    /// Expects that sessions are shared through Redis, and that no command was refused.
    private func expectUse(
        _ url: String, _ servers: [RedisServer], _ more: (inout RedisDrill) async throws -> Void = { _ in }
    ) async throws {
        var drill = try await RedisDrill(url, deadline: .seconds(1), sessions: 12)
        #expect(try await drill.shared(drill.live) == drill.live.count)
        try await more(&drill)
        try await drill.end()
        try await drill.finish()
        for server in servers { #expect(try server.command("ACL", "LOG") == "", "\(url)") }
        for pod in [drill.watched, drill.probe] { #expect(!pod.log.text.contains("NOPERM"), "\(pod.log.text)") }
    }

    @Test(arguments: [0, 3])
    func `one server`(database: Int) async throws {
        let server = try RedisServer(in: folder, tcpPort: Endpoint.freePort())
        try allow(.server, on: [server])
        try await expectUse("redis://gate:hunter2@\(server.tcpEndpoint)/\(database)", [server])
    }

    @Test(arguments: [0, 3])
    func `behind sentinels`(database: Int) async throws {
        let group = try RedisSentinels(in: folder)
        try allow(.primary, on: group.servers)
        try allow(.sentinel, on: group.sentinels)
        let url = "redis+sentinel://gate:hunter2@\(group.hosts)/\(RedisSentinels.serviceName)/\(database)"
        try await expectUse(url, group.servers + group.sentinels)
    }

    @Test func `a cluster, also while a slot moves`() async throws {
        let cluster = try RedisCluster(in: folder)
        try allow(.cluster, on: cluster.nodes)
        try await expectUse("redis+cluster://gate:hunter2@\(cluster.hosts)", cluster.nodes) { drill in
            let token = drill.live[0]
            let slot = RedisClusterTests.slot(token)
            let source = try cluster.node(ofSlot: slot)
            let target = try #require(cluster.primaries().first { $0 !== source })
            let migration = try cluster.beginMigration(ofSlot: slot, to: target)
            try migration.moveKeys()
            #expect(try await drill.shared([token, token, token]) == 3)
            try migration.finish()
        }
    }
}
