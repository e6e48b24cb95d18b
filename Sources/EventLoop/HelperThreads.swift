internal import CLinux
internal import DequeModule
internal import Glibc
internal import Synchronization

/// A set of threads for work that blocks or takes long, such as name lookups and hashing. Threads start on demand and
/// end after an idle time. Results are delivered on the loop.
///
/// Kinds of work that must not wait for each other, such as a hung name lookup and a login, use sets of their own.
package final class HelperThreads: Sendable {
    /// All threads are busy and the maximum number of calls is waiting, or no thread can be started.
    package struct Busy: Error {}

    private let name: String
    private let maximumThreads: Int
    private let maximumWaiting: Int
    private let idleTime: Duration
    private let niceness: Int32
    private let state = Mutex(State())
    private let work: FileDescriptor

    private struct State {
        var jobs = Deque<@Sendable () -> Void>()
        /// The number of calls that are waiting or under way.
        var admitted = 0
        var threads = 0
        var idle = 0
    }

    /// Creates a set without threads.
    /// - Parameters:
    ///   - name: The name of the threads in `ps -T`, at most 15 bytes.
    ///   - threads: The maximum number of threads.
    ///   - waiting: The maximum number of calls that wait for a thread.
    ///   - idleTime: The time after which an idle thread ends.
    ///   - niceness: The niceness of the threads, 0 to 19 (nice(2)).
    package init(
        name: String, threads: Int, waiting: Int, idleTime: Duration = .seconds(10), niceness: Int32 = 0
    ) {
        self.name = name
        maximumThreads = threads
        maximumWaiting = waiting
        self.idleTime = idleTime
        self.niceness = niceness
        do throws(SystemError) {
            work = try FileDescriptor(
                "eventfd", eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK) | Int32(EFD_SEMAPHORE)))
        } catch {
            // Created once, at the start of a process that can do nothing without a free descriptor either.
            preconditionFailure("no helper threads: \(error)")
        }
    }

    /// Runs `body` on one of the threads and returns its result.
    /// - Throws: ``Busy`` at once, if no thread is free and no more calls may wait.
    @EventLoop
    package func run<T>(_ body: @escaping @Sendable () -> sending T) async throws(Busy) -> sending T {
        try reserve()
        return await withCheckedContinuation { (continuation: CheckedContinuation<T, Never>) in
            submit { [self] in
                let value = body()
                // Released first: the code that resumes may make the next call at once.
                release()
                continuation.resume(returning: value)
            }
        }
    }

    /// Admits one more call and starts a thread for it if none is idle.
    private func reserve() throws(Busy) {
        let (isAdmitted, needsThread) = state.withLock { state in
            guard state.admitted < maximumThreads + maximumWaiting else { return (false, false) }
            state.admitted += 1
            guard state.idle <= state.jobs.count, state.threads < maximumThreads else { return (true, false) }
            state.threads += 1
            return (true, true)
        }
        guard isAdmitted else { throw Busy() }
        guard needsThread else { return }
        if Self.startThread(named: name, isHelper: true, { self.work(until: self.idleTime) }) { return }
        // No more threads can be started: the existing ones do the work, if there are any.
        let hasThreads = state.withLock { state in
            state.threads -= 1
            if state.threads == 0 { state.admitted -= 1 }
            return state.threads > 0
        }
        guard hasThreads else { throw Busy() }
    }

    private func release() { state.withLock { $0.admitted -= 1 } }

    private func submit(_ job: @escaping @Sendable () -> Void) {
        state.withLock { $0.jobs.append(job) }
        var one: UInt64 = 1
        unsafe _ = write(work.number, &one, 8)
    }

    /// The body of each thread.
    private func work(until idleTime: Duration) {
        if niceness > 0 { _ = authfcgi_set_niceness(niceness) }
        while let job = next(idleTime) { job() }
    }

    /// Returns the next job, or nil if none arrived for `idleTime`; the thread is then no longer counted.
    private func next(_ idleTime: Duration) -> (@Sendable () -> Void)? {
        state.withLock { $0.idle += 1 }
        let deadline = BootInstant.now + idleTime
        while true {
            let left = deadline - .now
            var poller = pollfd(fd: work.number, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&poller, 1, left > .zero ? Int32(left.nanoseconds / 1_000_000) + 1 : 0)
            var counter: UInt64 = 0
            unsafe _ = read(work.number, &counter, 8)
            let (job, ends) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
                if let job = state.jobs.popFirst() {
                    state.idle -= 1
                    return (job, false)
                }
                guard left <= .zero else { return (nil, false) }
                state.idle -= 1
                state.threads -= 1
                return (nil, true)
            }
            if let job { return job }
            if ends { return nil }
        }
    }
}

extension HelperThreads {
    /// The threads of all sets, to attribute jobs that reach the loop.
    private static let known = Mutex<Set<UInt>>([])

    /// A Boolean value that indicates whether the calling thread belongs to any set.
    static var isCurrentThread: Bool {
        let thread = UInt(pthread_self())
        return known.withLock { $0.contains(thread) }
    }

    /// Starts a detached thread with all signals blocked.
    /// - Returns: False if the system cannot create a thread.
    package static func startThread(
        named name: String, isHelper: Bool, _ body: @escaping @Sendable () -> Void
    ) -> Bool {
        final class Start: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let start = Start {
            unsafe authfcgi_set_process_name(name)
            let thread = UInt(pthread_self())
            if isHelper { known.withLock { _ = $0.insert(thread) } }
            body()
            if isHelper { known.withLock { _ = $0.remove(thread) } }
        }
        var all = sigset_t()
        var before = sigset_t()
        var attributes = pthread_attr_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        // The box is retained here and released by the new thread.
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        let result = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument)
        unsafe pthread_attr_destroy(&attributes)
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard result == 0 else {
            unsafe Unmanaged<Start>.fromOpaque(argument).release()
            return false
        }
        return true
    }
}
