extension BidirectionalCollection {
    /// Returns the elements without those at both ends for which `isTrimmed` returns true.
    package func trimming(while isTrimmed: (Element) -> Bool) -> SubSequence {
        let rest = drop(while: isTrimmed)
        guard let last = rest.lastIndex(where: { !isTrimmed($0) }) else { return rest }
        return rest[...last]
    }
}
