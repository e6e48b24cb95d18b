internal import CLinux
internal import EventLoop
internal import Glibc
internal import Synchronization

/// Memory shared by the supervisor and its workers: one slot of one page, 4096 bytes, for each worker process, and one for
/// the supervisor, each written by its process and read by all.
@safe
final class Scoreboard: @unchecked Sendable {
    // Unchecked because of the pointer: it never changes, and it points to atomics only.
    private let pages: UnsafeMutableRawPointer
    /// The memory's descriptor, which workers inherit.
    let descriptor: FileDescriptor

    /// The number of slots: the maximum number of serving workers and of their replacements.
    static let count = 512

    private static let pageSize = 4096
    private static var size: Int { (count + 1) * pageSize }
    /// The number of the supervisor's slot.
    private static let supervisor = count

    /// Creates new memory, all zero, in the supervisor.
    convenience init() throws(SystemError) {
        // 1 is MFD_CLOEXEC, which the header defines only with other feature macros.
        let descriptor = try FileDescriptor("memfd_create", unsafe memfd_create("authfcgi-workers", 1)).moved()
        guard ftruncate(descriptor.number, Self.size) == 0 else { throw SystemError.last("ftruncate") }
        try self.init(sharing: descriptor)
    }

    /// Maps the memory behind `descriptor`, which another process created.
    init(sharing descriptor: consuming FileDescriptor) throws(SystemError) {
        precondition(MemoryLayout<ScoreboardSlot>.size <= Self.pageSize, "a slot is larger than its page")
        precondition(ScoreboardLayout.size <= ScoreboardSlot.capacity, "a slot has too few cells")
        var status = stat()
        guard unsafe fstat(descriptor.number, &status) == 0 else { throw SystemError.last("fstat") }
        // Access to a page beyond the end of the memory would end this process with SIGBUS.
        guard status.st_size == Self.size else { throw SystemError("fstat", code: EINVAL) }
        let address = unsafe mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw SystemError.last("mmap") }
        unsafe pages = unsafe address
        self.descriptor = descriptor
    }

    deinit { unsafe munmap(pages, Self.size) }

    /// Calls `body` with the slot of this number.
    func withSlot<T>(_ number: Int, _ body: (borrowing ScoreboardSlot) -> T) -> T {
        precondition((0..<Self.count).contains(number), "no worker has the number \(number)")
        return withPage(number, body)
    }

    /// Calls `body` with the supervisor's slot.
    func withSupervisorSlot<T>(_ body: (borrowing ScoreboardSlot) -> T) -> T { withPage(Self.supervisor, body) }

    @inline(__always)
    private func withPage<T>(_ number: Int, _ body: (borrowing ScoreboardSlot) -> T) -> T {
        let page = unsafe pages.advanced(by: number * Self.pageSize).assumingMemoryBound(to: ScoreboardSlot.self)
        return unsafe body(page.pointee)
    }

    /// Prepares a slot for a new worker. Only the supervisor calls it.
    func reserve(_ number: Int) {
        withSlot(number) { $0.reset() }
        withSupervisorSlot { slot in
            let used = UInt64(number + 1)
            if slot.number.load(ordering: .relaxed) < used { slot.number.store(used, ordering: .releasing) }
        }
    }

    /// Reads the values of all workers and of the supervisor.
    func read(at now: BootInstant) -> ScoreboardReading {
        var reading = ScoreboardReading(at: now)
        // Not all slots: memory that was never used would be made by reading it.
        let used = withSupervisorSlot { Int($0.number.load(ordering: .acquiring)) }
        for number in 0..<min(used, Self.count) { withSlot(number) { reading.add($0) } }
        withSupervisorSlot { reading.add(supervisor: $0) }
        return reading
    }

    /// Returns true if a store has refused the user or the password of the worker in this slot since the last call. For the
    /// supervisor alone.
    func takeRefusedLogins(_ slot: Int) -> Bool {
        withSlot(slot) { $0.refusedLogins.exchange(0, ordering: .acquiring) > 0 }
    }

    /// Returns the present state of the worker with this number.
    func sample(_ number: Int) -> WorkerSample {
        withSlot(number) { slot in
            let tick = slot.lastTick.load(ordering: .relaxed)
            return WorkerSample(
                lastTick: tick == 0 ? nil : MonotonicInstant(nanoseconds: tick),
                state: WorkerState(rawValue: slot.state.load(ordering: .acquiring)) ?? .starting)
        }
    }
}
