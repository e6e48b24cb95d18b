internal import CLinux
internal import EventLoop
internal import Glibc
internal import Synchronization

/// Shared memory of the supervisor and its workers: a slot of one page, 4096 bytes, for each worker process, written by
/// that process, read by all.
@safe
final class Scoreboard: @unchecked Sendable {
    // Unchecked because of the pointer: it never changes, and what it points to are atomics alone.
    private let pages: UnsafeMutableRawPointer
    /// The memory's descriptor, which workers inherit.
    let descriptor: FileDescriptor

    /// As many pages as there can be worker processes at once: all that serve and all that replace them.
    static let count = 512

    private static let pageSize = 4096
    private static var size: Int { count * pageSize }

    /// New memory, all zero: the supervisor's.
    convenience init() throws(SystemError) {
        // MFD_CLOEXEC, which only a header with other settings would show.
        let descriptor = try FileDescriptor("memfd_create", unsafe memfd_create("authfcgi-workers", 1)).moved()
        guard ftruncate(descriptor.number, Self.size) == 0 else { throw SystemError.last("ftruncate") }
        try self.init(sharing: descriptor)
    }

    /// The memory behind `descriptor`, which another process made.
    init(sharing descriptor: consuming FileDescriptor) throws(SystemError) {
        precondition(MemoryLayout<ScoreboardSlot>.size <= Self.pageSize, "a slot is larger than its page")
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw SystemError.last("fstat") }
        // Touching a page behind the end of the memory would be the end of this process.
        guard status.st_size == Self.size else { throw SystemError("fstat", code: EINVAL) }
        let address = unsafe mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw SystemError.last("mmap") }
        unsafe pages = unsafe address
        self.descriptor = descriptor
    }

    deinit { unsafe munmap(pages, Self.size) }

    /// Lends the slot with this number.
    func withSlot<T>(_ number: Int, _ body: (borrowing ScoreboardSlot) -> T) -> T {
        precondition((0..<Self.count).contains(number), "no worker has the number \(number)")
        let page = unsafe pages.advanced(by: number * Self.pageSize).assumingMemoryBound(to: ScoreboardSlot.self)
        return unsafe body(page.pointee)
    }

    /// What all workers have counted since the program started.
    var totals: MetricTotals {
        (0..<Self.count).reduce(into: MetricTotals()) { totals, number in
            withSlot(number) { totals.add($0) }
        }
    }

    /// What the worker with this number says about itself.
    func sample(_ number: Int) -> WorkerSample {
        withSlot(number) { slot in
            let tick = slot.lastTick.load(ordering: .relaxed)
            return WorkerSample(
                lastTick: tick == 0 ? nil : MonotonicInstant(nanoseconds: tick),
                state: WorkerState(rawValue: slot.state.load(ordering: .acquiring)) ?? .starting)
        }
    }
}
