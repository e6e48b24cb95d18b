import EventLoop
import Testing

/// A way in which an attempt ends after its reservation.
struct AttemptEnd: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether the attempt was a failure, so that its reservation stays.
    let isFailure: Bool
    /// Whether the answer is delayed, so that its time reveals nothing.
    let isHeldBack: Bool
    let prepare: @Sendable @EventLoop (LoginStage) -> Void

    var testDescription: String { name }

    static func failure(_ name: String, _ prepare: @escaping @Sendable @EventLoop (LoginStage) -> Void) -> AttemptEnd {
        AttemptEnd(name: name, isFailure: true, isHeldBack: true, prepare: prepare)
    }

    static func noFailure(
        _ name: String, isHeldBack: Bool = false, _ prepare: @escaping @Sendable @EventLoop (LoginStage) -> Void
    ) -> AttemptEnd {
        AttemptEnd(name: name, isFailure: false, isHeldBack: isHeldBack, prepare: prepare)
    }
}
