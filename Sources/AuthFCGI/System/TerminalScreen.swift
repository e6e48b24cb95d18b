internal import Glibc

/// A terminal whose contents are replaced in place.
struct TerminalScreen: ~Copyable {
    private let descriptor: Int32
    private var isCleared = false

    /// Returns whether a descriptor is a terminal.
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// - Parameter descriptor: The descriptor of a terminal.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Shows a text of several lines in place of what is on the screen.
    /// - Returns: False if it could not be written.
    mutating func show(_ text: String) -> Bool {
        // Each line clears what is behind it, and the end what is below: clearing all first would flicker. The last line
        // has no line feed, which would move the screen up.
        var lines = PrintableText.lines(text).split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if let height, lines.count > height { lines.removeLast(lines.count - height) }
        let start = isCleared ? "\u{1b}[H" : "\u{1b}[2J\u{1b}[H"
        isCleared = true
        return Self.write(start + lines.joined(separator: "\u{1b}[K\n") + "\u{1b}[K\u{1b}[J", to: descriptor)
    }

    /// The number of lines that the terminal shows; nil if it does not tell.
    private var height: Int? {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
    }

    /// Writes bytes for a terminal as they are.
    /// - Returns: False if they could not be written.
    fileprivate static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A line of a terminal that is replaced in place.
enum TerminalLine {
    /// Shows a text of one line in place of what is on the line; an empty text clears it.
    static func show(_ text: String, on descriptor: Int32) {
        _ = TerminalScreen.write("\r" + PrintableText.of(text, longest: 79) + "\u{1b}[K", to: descriptor)
    }
}
