import Glibc
import Testing

/// A trait of suites whose tests only root can run. For another user they do nothing: a test that was left out would count as a
/// failure.
struct ForRoot: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        if geteuid() == 0 { try await function() }
    }
}

extension Trait where Self == ForRoot {
    static var forRoot: Self { ForRoot() }
}
