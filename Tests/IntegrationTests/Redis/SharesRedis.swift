import TestSupport
import Testing

/// A trait of suites whose tests share a group of Redis servers. It is started and ended with the suite. Each test
/// leaves it in a state from which it can recover.
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

    /// Returns the primary, replica and sentinels of the suite, after their recovery.
    static func sentinels() throws -> RedisSentinels {
        let group = try #require(sharedSentinels, "the suite has no such servers")
        try group.recover()
        return group
    }

    /// Returns the cluster of the suite, after its recovery and empty.
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
