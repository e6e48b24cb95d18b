import Glibc
import Synchronization
import Testing

@testable import EventLoop

@Suite struct HelperThreadsTests {
    @Test func `as many calls run at once as there are threads, and calls beyond the queue are refused`() async {
        let threads = HelperThreads(name: "test-bounded", threads: 2, waiting: 3)
        let gate = Gate()
        let (inside, refused) = await withCheckedContinuation { (done: CheckedContinuation<(Int, Int), Never>) in
            EventLoop.spawn {
                var (refused, finished) = (0, 0)
                for _ in 0..<10 {
                    EventLoop.spawn {
                        do throws(HelperThreads.Busy) {
                            try await threads.run { gate.pass() }
                        } catch {
                            refused += 1
                        }
                        finished += 1
                    }
                }
                // Waits for two threads to start, and then for a third one that should not.
                let end = BootInstant.now + .seconds(10)
                while gate.inside < 2, .now < end { await Reactor.shared.sleep(for: .milliseconds(5)) }
                await Reactor.shared.sleep(for: .milliseconds(50))
                let inside = gate.inside
                gate.open()
                while finished < 10, .now < end { await Reactor.shared.sleep(for: .milliseconds(5)) }
                done.resume(returning: (inside, refused))
            }
        }
        #expect(inside == 2)
        #expect(refused == 5)  // two run, three wait
    }

    @Test func `idle threads end and are started again when needed`() async {
        let threads = HelperThreads(name: "test-idle", threads: 1, waiting: 1, idleTime: .milliseconds(20))
        let (first, second) = await withCheckedContinuation { (done: CheckedContinuation<(UInt, UInt), Never>) in
            EventLoop.spawn {
                let first = try? await threads.run { UInt(pthread_self()) }
                await Reactor.shared.sleep(for: .milliseconds(100))
                let second = try? await threads.run { UInt(pthread_self()) }
                done.resume(returning: (first ?? 0, second ?? 0))
            }
        }
        #expect(first != 0)
        #expect(second != 0)
        #expect(Self.threadNames.filter { $0 == "test-idle" }.count <= 1)
    }

    private static var threadNames: [String] {
        guard let folder = unsafe opendir("/proc/self/task") else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let file = unsafe fopen("/proc/self/task/\(name)/comm", "r") else { continue }
            defer { unsafe fclose(file) }
            var line = [CChar](repeating: 0, count: 64)
            guard unsafe fgets(&line, 64, file) != nil else { continue }
            let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(truncatingIfNeeded: $0) }
            names.append(String(decoding: bytes, as: UTF8.self))
        }
        return names
    }

    /// A gate that blocks threads until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex((inside: 0, isOpen: false))

        var inside: Int { state.withLock(\.inside) }

        func open() { state.withLock { $0.isOpen = true } }

        func pass() {
            state.withLock { $0.inside += 1 }
            while !state.withLock(\.isOpen) { poll(nil, 0, 1) }
            state.withLock { $0.inside -= 1 }
        }
    }
}
