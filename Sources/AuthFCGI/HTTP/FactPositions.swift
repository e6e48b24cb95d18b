/// The positions of the values of an ``OriginalRequest`` in the bytes of a codec.
struct FactPositions {
    typealias Fact = OriginalRequest.Fact

    /// The position of the last value of each fact. The last one counts, because an nginx location includes the usual
    /// parameters, then sets its own, and nginx passes both.
    private var starts = InlineArray<21, Int32>(repeating: 0)
    private var ends = InlineArray<21, Int32>(repeating: 0)
    /// The number of values of each fact.
    private var counts = InlineArray<21, Int32>(repeating: 0)
    /// The positions of all requirements.
    private(set) var requirements: [Range<Int>] = []

    /// Adds the position of a value of a fact, less than 2 GiB.
    @inline(__always)
    mutating func add(_ fact: Fact, at range: Range<Int>) {
        if fact == .requirement { requirements.append(range) }
        starts[fact.rawValue] = Int32(truncatingIfNeeded: range.lowerBound)
        ends[fact.rawValue] = Int32(truncatingIfNeeded: range.upperBound)
        counts[fact.rawValue] &+= 1
    }

    /// Returns the number of values of a fact.
    @inline(__always)
    func count(of fact: Fact) -> Int { Int(counts[fact.rawValue]) }

    /// The position of the last value of a fact; empty if there is none.
    @inline(__always)
    subscript(_ fact: Fact) -> Range<Int> { Int(starts[fact.rawValue])..<Int(ends[fact.rawValue]) }
}
