extension Unicode.Scalar {
    /// Whether it would break a line of a log, turn its direction, or hide.
    var isControl: Bool {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
