import Testing

@testable import Sessions

/// The promise that what has ended is refused everywhere within a second, for ends of all sessions of a user or of
/// everybody, which look-ups may miss for a while.
@Suite struct EpochModelTests {
    private func counts(datesByReading: Bool, seeds: Range<UInt64>) throws -> EpochModel.Counts {
        var sum = EpochModel.Counts()
        for seed in seeds {
            var model = try #require(EpochModel(seed: seed, datesByReading: datesByReading))
            try model.run(for: 20)
            let counts = model.counts
            #expect(counts.violations == 0 || !datesByReading, "seed \(seed): \(counts)")
            sum.bySnapshot += counts.bySnapshot
            sum.byReading += counts.byReading
            sum.byComparison += counts.byComparison
            sum.late += counts.late
            sum.lag += counts.lag
            sum.violations += counts.violations
        }
        return sum
    }

    @Test func `no session is accepted a second after all of its user's or everybody's have ended`() throws {
        let counts = try counts(datesByReading: true, seeds: 0..<100)
        #expect(counts.bySnapshot > 1000 && counts.byReading > 1000 && counts.byComparison > 1000, "\(counts)")
        #expect(counts.late > 0 && counts.lag > 0, "\(counts)")
    }

    @Test func `snapshots that were dated by the look-up would break it`() throws {
        #expect(try counts(datesByReading: false, seeds: 0..<100).violations > 0)
    }
}
