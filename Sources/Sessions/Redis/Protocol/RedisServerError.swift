internal import EventLoop

/// An error reply. Its description is safe for logs, whatever the server sent.
package struct RedisServerError: Error, Equatable, Sendable {
    /// The complete text as received.
    package let text: String

    /// Creates an error from the text after the `-`.
    package init(_ text: String) {
        self.text = text
    }

    /// The error's code, its first word, such as `MOVED`, `ASK`, `TRYAGAIN`, `CLUSTERDOWN`, `LOADING`, `READONLY`,
    /// `MASTERDOWN`, `WRONGTYPE`, `NOAUTH`, `WRONGPASS`, `NOPERM`, `OOM`, `MISCONF` and `BUSY`. `ERR`, the generic
    /// code, also for a text without a code.
    package var code: String {
        let word = text.utf8.prefix { $0 != UInt8(ascii: " ") }
        let isCode =
            (1...32).contains(word.count)
            && word.allSatisfy { byte in
                byte.isASCIIAlphanumeric && byte == byte.asciiUppercased || byte == UInt8(ascii: "_")
            }
        return isCode ? String(Substring(word)) : "ERR"
    }
}

extension RedisServerError {
    /// A Boolean value that indicates whether the node serves no key at all: its cluster is down, by its view, for lack of
    /// servers for some slots or of a majority.
    var isOfWholeCluster: Bool { code == "CLUSTERDOWN" && text.contains("cluster is down") }
}

extension RedisServerError: CustomStringConvertible {
    /// At most 200 characters of the text, in one line.
    package var description: String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(200) { shown.append(scalar.isControl ? "?" : scalar) }
        return String(shown)
    }
}
