internal import Synchronization

/// The exit code that the loop leaves for the code that runs after it.
final class ExitStatus: Sendable {
    private let value = Atomic<Int32>(0)

    var code: Int32 { value.load(ordering: .relaxed) }

    func set(_ code: Int32) { value.store(code, ordering: .relaxed) }
}
