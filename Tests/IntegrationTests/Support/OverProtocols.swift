import TestSupport
import Testing

/// A trait of tests, or of suites with such tests, that run once for each of these protocols, with sites in which nginx
/// asks the gate over it. It is for tests whose outcome could depend on the protocol.
struct OverProtocols: SuiteTrait, TestTrait, TestScoping {
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
