/// A page that was rendered before it is asked for, but for one value.
struct PreparedPage: Sendable {
    /// The page before, between and after the places of the value.
    private let pieces: [[UInt8]]

    /// - Parameter mark: the text that stands for the value.
    init(_ html: String, mark: String) {
        var pieces: [[UInt8]] = []
        var rest = html.utf8[...]
        while let range = rest.firstRange(of: mark.utf8) {
            pieces.append(Array(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        pieces.append(Array(rest))
        self.pieces = pieces
    }

    /// The number of places of the value.
    var places: Int { pieces.count - 1 }

    /// Returns the page with a value in its places.
    func body(_ value: String) -> [UInt8] {
        let value = TemplateText.escape(value)
        var body: [UInt8] = []
        body.reserveCapacity(pieces.reduce(value.utf8.count * places) { $0 + $1.count })
        for (index, piece) in pieces.enumerated() {
            if index > 0 { body.append(contentsOf: value.utf8) }
            body.append(contentsOf: piece)
        }
        return body
    }
}
