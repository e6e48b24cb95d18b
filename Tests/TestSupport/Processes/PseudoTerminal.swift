import Glibc

/// A pseudoterminal for programs that prompt for input. Lines that are typed here are their input.
package final class PseudoTerminal: Sendable {
    private let keyboard: Descriptor
    /// The program's side.
    package let screen: Descriptor

    /// TIOCSPTLCK and TIOCGPTN of ioctl_tty(2), macros that are not imported into Swift.
    private static let (lock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    package init() throws {
        keyboard = try Descriptor(opening: "/dev/ptmx", O_RDWR | O_NOCTTY)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        guard unsafe ioctl(keyboard.number, Self.lock, &isLocked) == 0,
            unsafe ioctl(keyboard.number, Self.number, &number) == 0
        else { throw SupportError.lastSystemError("ioctl of /dev/ptmx") }
        screen = try Descriptor(opening: "/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    }

    /// Returns what programs have written since the previous call, and the echo of what was typed.
    package func shown() throws -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var event = pollfd(fd: keyboard.number, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&event, 1, 0) == 1, event.revents & Int16(POLLIN) != 0 {
            let count = unsafe read(keyboard.number, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer.prefix(count)
        }
        // The terminal makes a carriage return and a line feed of a line feed.
        return String(decoding: text.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }

    /// Types a line and the return key. The line is buffered until the program reads it.
    package func type(_ line: String) throws {
        let bytes = Array((line + "\n").utf8)
        guard unsafe write(keyboard.number, bytes, bytes.count) == bytes.count else {
            throw SupportError.lastSystemError("write to a terminal")
        }
    }
}
