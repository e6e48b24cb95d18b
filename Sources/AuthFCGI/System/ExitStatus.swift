internal import Synchronization

/// The exit code of the process, set in the event loop and read after its end.
final class ExitStatus: Sendable {
    private let value = Atomic<Int32>(0)

    var code: Int32 { value.load(ordering: .relaxed) }

    func set(_ code: Int32) { value.store(code, ordering: .relaxed) }
}
