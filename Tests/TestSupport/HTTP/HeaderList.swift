/// Header fields in the order of their arrival. Names may repeat and are compared without regard to case.
package struct HeaderList: Sendable, CustomStringConvertible {
    package var fields: [(name: String, value: String)] = []

    /// Returns the first field with a name.
    package subscript(name: String) -> String? { all(name).first }

    /// Returns all fields with a name.
    package func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// Returns the value of the last Set-Cookie for a cookie, without its attributes.
    package func cookie(_ name: String) -> String? {
        all("Set-Cookie").last { $0.hasPrefix(name + "=") }.map {
            String($0.dropFirst(name.count + 1).prefix { $0 != ";" })
        }
    }

    package var description: String { fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n") }

    /// Parses lines up to an empty one. Lines end with LF or CRLF.
    ///
    /// - Returns: The first line if it is to be excluded from the fields, the fields, and the number of bytes parsed.
    ///   Nil while the empty line is missing.
    static func parse(
        _ bytes: ArraySlice<UInt8>, hasStartLine: Bool
    ) throws -> (startLine: String, headers: HeaderList, length: Int)? {
        var list = HeaderList()
        var startLine: String?
        var position = bytes.startIndex
        while let end = bytes[position...].firstIndex(of: 0x0A) {
            var line = bytes[position..<end]
            if line.last == 0x0D { line.removeLast() }
            position = end + 1
            if hasStartLine, startLine == nil {
                startLine = String(decoding: line, as: UTF8.self)
            } else if line.isEmpty {
                return (startLine ?? "", list, position - bytes.startIndex)
            } else {
                guard let colon = line.firstIndex(of: 0x3A) else {
                    throw SupportError.unexpected("not a header field: \(String(decoding: line, as: UTF8.self))")
                }
                let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
                list.fields.append(
                    (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self)))
            }
        }
        return nil
    }
}
