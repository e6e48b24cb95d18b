/// The names that templates use and that have no value.
final class UnknownNames {
    /// For each name, the names that have one.
    private(set) var names: [String: [String]] = [:]

    func add(_ name: String, known: [String]) { names[name] = known }
}
