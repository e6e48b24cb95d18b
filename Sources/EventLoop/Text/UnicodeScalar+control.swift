extension Unicode.Scalar {
    /// A Boolean value that indicates whether the scalar could break a line of a log or a terminal, change the writing
    /// direction, or be invisible.
    package var isControl: Bool {
        // The common case, without a table lookup.
        if isASCII { return value < 0x20 || value == 0x7f }
        return [.control, .format, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }

    /// A Boolean value that indicates whether the scalar does not show, or looks like a plain space and is none.
    package var isInvisible: Bool {
        if isASCII { return isControl }
        return isControl || properties.isDefaultIgnorableCodePoint || properties.isWhitespace
    }

    /// A Boolean value that indicates whether the scalar could break a line or has an effect on a terminal. Others that do
    /// not show are part of how some languages are written.
    package var breaksLine: Bool {
        if isASCII { return isControl }
        return [.control, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
    }
}
