internal import CLinux
internal import Glibc

/// A set of epoll(7) events: those that a descriptor waits for, or those that have occurred.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes or connections can be read.
    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written.
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has finished sending (or is gone).
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are gone; always reported.
    package static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue)
    /// The descriptor has an error; always reported.
    package static let error = Readiness(rawValue: EPOLLERR.rawValue)
    /// Report each change once instead of as long as the state lasts.
    package static let edgeTriggered = Readiness(rawValue: EPOLLET.rawValue)
    /// Wake one of several processes that wait for the same listening socket.
    package static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
}

/// The receiver of a registered descriptor's events.
package protocol ReadinessHandler: AnyObject {
    /// Handles events of the descriptor.
    @EventLoop func ready(_ readiness: Readiness)
}

/// An epoll set and the handlers of its descriptors.
///
/// Each registration has a generation that travels with the event, so that an event of a descriptor that was closed and
/// reopened within one batch is dropped.
@EventLoop @safe
final class Poller {
    private struct Slot {
        var handler: (any ReadinessHandler)?
        var generation: UInt32 = 0
    }

    private let descriptor: Int32
    private var slots: [Slot] = []
    /// The buffer for `capacity` ready events. A pointer that is never null: since 2.38 glibc declares `epoll_wait`'s
    /// parameter so.
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 128
    /// The number of events in the buffer whose handlers have not been called.
    private var ready = 0

    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(descriptor >= 0, "the event loop cannot start: \(SystemError.last("epoll_create1"))")
        unsafe events = .allocate(capacity: Self.capacity)
        unsafe events.initialize(repeating: epoll_event(), count: Self.capacity)
    }

    isolated deinit {
        unsafe events.deallocate()
        close(descriptor)
    }

    func add(_ number: Int32, _ interest: Readiness, _ handler: any ReadinessHandler) {
        let index = Int(number)
        if index >= slots.count { slots.append(contentsOf: repeatElement(Slot(), count: index + 64 - slots.count)) }
        slots[index].handler = handler
        slots[index].generation &+= 1
        control(EPOLL_CTL_ADD, number, interest)
    }

    func change(_ number: Int32, _ interest: Readiness) { control(EPOLL_CTL_MOD, number, interest) }

    func remove(_ number: Int32) {
        control(EPOLL_CTL_DEL, number, [])
        forget(number)
    }

    func forget(_ number: Int32) {
        slots[Int(number)].handler = nil
        slots[Int(number)].generation &+= 1
    }

    private func control(_ operation: Int32, _ number: Int32, _ interest: Readiness) {
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.u64 = UInt64(slots[Int(number)].generation) << 32 | UInt64(UInt32(bitPattern: number))
        let result = unsafe epoll_ctl(descriptor, operation, number, &event)
        // Fails only for a descriptor that is closed or does not support epoll: a programming error.
        precondition(result == 0, "\(SystemError.last("epoll_ctl"))")
    }

    /// Waits at most `time` for a descriptor to become ready.
    func wait(_ time: Duration) {
        // Rounded up: the wait must not end just before a timer is due.
        let milliseconds = Int32((time.nanoseconds + 999_999) / 1_000_000)
        ready = max(0, Int(unsafe epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)))
    }

    /// Calls the handlers of the descriptors that ``wait(_:)`` has found ready.
    func callHandlers() {
        for index in 0..<ready {
            let (data, flags) = unsafe (events[index].data.u64, events[index].events)
            let slot = slots[Int(data & 0xffff_ffff)]
            guard slot.generation == UInt32(truncatingIfNeeded: data >> 32), let handler = slot.handler else {
                continue
            }
            handler.ready(Readiness(rawValue: flags))
        }
        ready = 0
    }
}
