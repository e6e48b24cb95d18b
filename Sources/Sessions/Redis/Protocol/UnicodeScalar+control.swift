extension Unicode.Scalar {
    /// A Boolean value that indicates whether the scalar would break a line of a log, change its direction, or be
    /// invisible.
    var isControl: Bool {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
