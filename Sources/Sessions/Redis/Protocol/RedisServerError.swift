/// An error as a server worded it. Its description is fit for logs, whoever that server is.
package struct RedisServerError: Error, Equatable, Sendable {
    /// All of it, as it came.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// What kind of error it is: the first word, such as `MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`, `LOADING`,
    /// `READONLY`, `MASTERDOWN`, `WRONGTYPE`, `NOAUTH`, `WRONGPASS`, `NOPERM`, `OOM`, `MISCONF` and `BUSY`. `ERR`, the
    /// word for all that has none of its own, also where the text does not begin with such a word.
    package var code: String {
        let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }
        let isCode =
            (1...32).contains(word.count)
            && word.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        return isCode ? String(Substring(word)) : "ERR"
    }
}

extension RedisServerError: CustomStringConvertible {
    /// At most 200 characters in one line.
    package var description: String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(200) { shown.append(scalar.isControl ? "?" : scalar) }
        return String(shown)
    }
}
