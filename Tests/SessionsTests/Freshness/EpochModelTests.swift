import Testing

@testable import Sessions

/// The promise that what has ended is refused everywhere within a second, for ends of all sessions of a user or of
/// everybody, which look-ups may miss for a while.
@Suite struct EpochModelTests {
    private func counts(seed: UInt64, datesByReading: Bool = true) throws -> EpochModel.Counts {
        var model = try #require(EpochModel(seed: seed, datesByReading: datesByReading))
        try model.run(for: 20)
        return model.counts
    }

    @Test func `no session is accepted a second after all of its user's or everybody's have ended`() throws {
        var sum = EpochModel.Counts()
        for seed in 0..<30 as Range<UInt64> {
            let counts = try counts(seed: seed)
            #expect(counts.violations == 0, "seed \(seed): \(counts)")
            sum.bySnapshot += counts.bySnapshot
            sum.byReading += counts.byReading
            sum.byComparison += counts.byComparison
            sum.late += counts.late
            sum.lag += counts.lag
        }
        #expect(sum.bySnapshot > 1000 && sum.byReading > 1000 && sum.byComparison > 1000, "\(sum)")
        #expect(sum.late > 0 && sum.lag > 0, "\(sum)")
    }

    @Test func `snapshots that were dated by the look-up would break it`() throws {
        let isBroken = try (0..<100 as Range<UInt64>).contains {
            try counts(seed: $0, datesByReading: false).violations > 0
        }
        #expect(isBroken)
    }
}
