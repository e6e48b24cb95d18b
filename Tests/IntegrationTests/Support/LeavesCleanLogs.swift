import Testing

/// A trait of suites after which no log of the gate or of nginx may contain a token or password that was used, or an
/// alert.
struct LeavesCleanLogs: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await function()
        #expect(RunRecord.faults() == [])
    }
}

extension Trait where Self == LeavesCleanLogs {
    static var leavesCleanLogs: Self { LeavesCleanLogs() }
}
