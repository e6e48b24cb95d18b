import Synchronization

/// Threads that send requests one after the other, each on a connection of its own, until a bound is reached or
/// `stop()` is called. It starts at once: start it, let something happen, stop it, look at the report.
package final class LoadGenerator: Sendable {
    /// What one thread has seen. The lock is for those who look while it runs.
    private final class Record: Sendable {
        struct Contents {
            var samples: [LoadSample] = []
            var errors: [String: Int] = [:]
        }
        let contents = Mutex(Contents())
    }

    private let records: [Record]
    private let threads: [JoinableThread]
    private let isStopping: Flag
    private let begin: ContinuousClock.Instant
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    /// - Parameters:
    ///   - threads: how many requests are under way at a time.
    ///   - keepsAlive: whether a thread keeps its connection or makes one for each request.
    ///   - count: of all requests together; without it there is no such bound.
    ///   - duration: after which no further request is begun; without it there is no such bound.
    ///   - pause: between a thread's requests.
    ///   - timeout: of one request.
    ///   - request: makes the request of that number; the numbers 0, 1, 2 … go to the threads as they come.
    package init(
        _ endpoint: Endpoint, threads: Int = 4, keepsAlive: Bool = true, count: Int? = nil, duration: Duration? = nil,
        pause: Duration = .zero, timeout: Duration = .seconds(10), request: @escaping @Sendable (Int) -> LoadRequest
    ) {
        let begin = ContinuousClock.now
        let limit = duration.map { begin + $0 }
        let next = Counter()
        let flag = Flag()
        let records = (0..<threads).map { _ in Record() }
        self.begin = begin
        self.isStopping = flag
        self.records = records
        self.threads = records.map { record in
            JoinableThread {
                let client = HTTPClient(endpoint, keepsAlive: keepsAlive, timeout: timeout)
                while !flag.value.load(ordering: .relaxed), limit.map({ ContinuousClock.now < $0 }) ?? true {
                    let number = next.value.wrappingAdd(1, ordering: .relaxed).oldValue
                    if let count, number >= count { break }
                    Self.send(request(number), client, record, begin)
                    if pause > .zero { sleepThread(for: pause) }
                }
            }
        }
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }

    deinit {
        isStopping.value.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
    }

    /// Since the start: to be compared with the samples' times.
    package var elapsed: Duration { ContinuousClock.now - begin }

    /// How many requests are over so far.
    package var requestCount: Int { records.reduce(0) { $0 + $1.contents.withLock { $0.samples.count } } }

    /// Waits for requests to go on: until `count` more than now are over.
    package func waitForRequests(_ count: Int, within duration: Duration = .seconds(10)) throws {
        let goal = requestCount + count
        try eventually("\(count) more requests", within: duration) { requestCount >= goal }
    }

    /// Waits until the bound is reached. A generator with a duration ends after it and one request's timeout at most.
    package func finish() -> LoadReport {
        for thread in threads { thread.join() }
        return report()
    }

    /// Begins no further requests, waits for those under way, and reports.
    package func stop() -> LoadReport {
        isStopping.value.store(true, ordering: .relaxed)
        return finish()
    }

    private func report() -> LoadReport {
        let end = end.withLock { end in
            let now = end ?? .now
            end = now
            return now
        }
        let contents = records.map { $0.contents.withLock { $0 } }
        return LoadReport(
            samples: contents.flatMap(\.samples),
            errors: contents.reduce(into: [:]) { $0.merge($1.errors, uniquingKeysWith: +) },
            elapsed: end - begin)
    }

    private static func send(
        _ request: LoadRequest, _ client: HTTPClient, _ record: Record, _ begin: ContinuousClock.Instant
    ) {
        let start = ContinuousClock.now
        var status: Int?
        var failure: String?
        do {
            status = try client.request(request.method, request.path, headers: request.headers, body: request.body)
                .status
        } catch {
            failure = "\(error)"
        }
        let sample = LoadSample(start: start - begin, latency: .now - start, status: status)
        record.contents.withLock { contents in
            contents.samples.append(sample)
            if let failure { contents.errors[failure, default: 0] += 1 }
        }
        // A server that refuses at once is not to be asked a hundred thousand times a second.
        if failure != nil { sleepThread(for: .milliseconds(2)) }
    }
}
