import Testing

/// At a suite's end no log of the gate or of nginx may hold a token or a password that was used, nor an alert.
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
