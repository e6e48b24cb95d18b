/// A text table: one line per row, in columns as wide as their widest cell. With rows that come in portions, columns
/// may become wider from one portion to the next.
struct TextTable {
    private let heading: [String]
    private var widths: [Int]
    private var hasHeading = false

    init(_ heading: [String]) {
        self.heading = heading
        widths = heading.map(\.count)
    }

    /// Returns the lines of these rows; those of the first portion are preceded by the heading.
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
