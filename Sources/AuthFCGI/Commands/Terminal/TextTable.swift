/// A table for people: a line a row, in columns that are as wide as what stands in them. What comes in portions gets
/// columns that may grow from one to the next.
struct TextTable {
    private let heading: [String]
    private var widths: [Int]
    private var hasHeading = false

    init(_ heading: String...) {
        self.heading = heading
        widths = heading.map(\.count)
    }

    /// The lines of these rows; the first portion's come under the heading.
    mutating func lines(_ rows: [[String]]) -> String {
        for row in rows { widths = zip(widths, row).map { max($0, $1.count) } }
        defer { hasHeading = true }
        return ((hasHeading ? [] : [heading]) + rows).map(line).joined()
    }

    private func line(_ row: [String]) -> String {
        // The last column needs no padding.
        let cells = zip(row, widths).dropLast().map { cell, width in
            cell + String(repeating: " ", count: width - cell.count)
        }
        return (cells + row.suffix(1)).joined(separator: "  ") + "\n"
    }
}
