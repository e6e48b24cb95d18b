/// The word that may have been meant by one that is unknown.
enum Suggestion {
    /// The maximum number of letters that may differ.
    private static let maxDistance = 3

    /// Returns the most similar of `candidates`; nil if none is similar.
    /// - Parameter part: At most one of so many letters may differ.
    static func nearest(to word: String, among candidates: [String], oneOf part: Int = 2) -> String? {
        candidates.map { (candidate: $0, distance: EditDistance.between(word, $0)) }
            .filter { candidate, distance in
                distance <= maxDistance && part * distance <= max(word.utf8.count, candidate.utf8.count)
            }
            .min { $0.distance < $1.distance }?.candidate
    }
}
