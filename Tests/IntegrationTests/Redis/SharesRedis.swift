import TestSupport
import Testing

/// A group of Redis servers for all tests of a suite, each of which leaves it in a state from which it can recover. It is
/// started with the suite and ends with it.
struct SharesRedis: SuiteTrait, TestScoping {
    enum Kind: Sendable {
        case sentinels, cluster
    }

    let kind: Kind

    @TaskLocal private static var sharedSentinels: RedisSentinels?
    @TaskLocal private static var sharedCluster: RedisCluster?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        switch kind {
        case .sentinels:
            try await Self.$sharedSentinels.withValue(RedisSentinels(in: folder)) { try await function() }
        case .cluster: try await Self.$sharedCluster.withValue(RedisCluster(in: folder)) { try await function() }
        }
    }

    /// The suite's primary, replica and sentinels, all of them well.
    static func sentinels() throws -> RedisSentinels {
        let group = try #require(sharedSentinels, "the suite has no such servers")
        try group.recover()
        return group
    }

    /// The suite's cluster, all of it well and empty.
    static func cluster() throws -> RedisCluster {
        let cluster = try #require(sharedCluster, "the suite has no such servers")
        try cluster.recover()
        return cluster
    }
}

extension Trait where Self == SharesRedis {
    /// One primary, one replica, three sentinels.
    static var sharesSentinels: Self { SharesRedis(kind: .sentinels) }
    /// Three primaries with a replica each.
    static var sharesCluster: Self { SharesRedis(kind: .cluster) }
}
