/// The word that may have been meant by one that is unknown.
enum Suggestion {
    /// The maximum number of letters that may differ, of which at least as many must not.
    private static let maxDistance = 3

    /// Returns the most similar of `candidates`; nil if none is similar.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        candidates.map { (candidate: $0, distance: EditDistance.between(word, $0)) }
            .filter { $0.distance <= maxDistance && 2 * $0.distance <= max(word.utf8.count, $0.candidate.utf8.count) }
            .min { $0.distance < $1.distance }?.candidate
    }
}
