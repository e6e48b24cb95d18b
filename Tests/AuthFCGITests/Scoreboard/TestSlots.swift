import EventLoop
import Glibc
import Testing

@testable import AuthFCGI

extension Scoreboard {
    /// Returns a slot as the supervisor and a new worker prepare it.
    func newWorker(slot: Int, number: Int) throws -> OwnSlot {
        reserve(slot)
        let bell = unsafe FileDescriptor(owning: open("/dev/null", O_WRONLY | O_CLOEXEC))
        try #require(bell.number >= 0)
        return OwnSlot(scoreboard: self, slot: slot, worker: number, bell: bell)
    }
}
