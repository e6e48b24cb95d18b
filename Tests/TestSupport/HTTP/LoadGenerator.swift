import Synchronization

/// Threads that send requests one after the other, each on its own connection, until a limit is reached or `stop()` is
/// called. It starts when it is created. A test creates it, causes an event, stops it, and examines the report.
package final class LoadGenerator: Sendable {
    /// The samples of one thread. The lock is for readers while the thread runs.
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

    /// Creates and starts a generator.
    ///
    /// - Parameters:
    ///   - threads: The number of concurrent requests.
    ///   - keepsAlive: Whether a thread keeps its connection or makes one for each request.
    ///   - count: The maximum number of all requests together, or nil for no limit.
    ///   - duration: The time after which no further request is started, or nil for no limit.
    ///   - pause: The pause between the requests of a thread.
    ///   - timeout: The timeout of one request.
    ///   - request: Returns the request with a number. The numbers 0, 1, 2 … are distributed to the threads on demand.
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

    /// The time since the start, comparable with the times of the samples.
    package var elapsed: Duration { ContinuousClock.now - begin }

    /// The number of requests that have ended so far.
    package var requestCount: Int { records.reduce(0) { $0 + $1.contents.withLock { $0.samples.count } } }

    /// Waits until `count` more requests have ended.
    package func waitForRequests(_ count: Int, within duration: Duration = .seconds(10)) throws {
        let goal = requestCount + count
        try eventually("\(count) more requests", within: duration) { requestCount >= goal }
    }

    /// Waits until the limit is reached. A generator with a duration ends at most one request timeout after it.
    package func finish() -> LoadReport {
        for thread in threads { thread.join() }
        return report()
    }

    /// Starts no further requests, waits for those in flight, and returns the report.
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
        // Limits the request rate towards a server that refuses connections immediately.
        if failure != nil { sleepThread(for: .milliseconds(2)) }
    }
}
