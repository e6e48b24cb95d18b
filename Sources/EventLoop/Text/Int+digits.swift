extension Int {
    /// Returns the decimal form of a number that is not negative, with zeros before it if it has fewer digits than `count`.
    package func digits(_ count: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(0, count - text.utf8.count)) + text
    }
}
