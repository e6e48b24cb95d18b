import TestSupport
import Testing

/// A trait of suites whose tests run once for each of these protocols, with sites in which nginx asks the gate over it.
struct OverProtocols: SuiteTrait, TestScoping {
    let protocols: [GateProtocol]

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        for form in protocols {
            do {
                try await GateProtocol.$current.withValue(form) { try await function() }
            } catch {
                throw SupportError.unexpected("over \(form.rawValue): \(error)")
            }
        }
    }
}

extension Trait where Self == OverProtocols {
    /// FastCGI, then HTTP.
    static var overBothProtocols: Self { OverProtocols(protocols: GateProtocol.allCases) }
    static var overHTTP: Self { OverProtocols(protocols: [.http]) }
}
