internal import EventLoop
internal import Glibc

/// A colour in sRGB.
struct Colour: Equatable, Sendable {
    let red: UInt8
    let green: UInt8
    let blue: UInt8

    static let black = Colour(red: 0, green: 0, blue: 0)
    static let white = Colour(red: 255, green: 255, blue: 255)

    init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Parses `#rgb` or `#rrggbb`. Returns nil for any other text.
    init?(_ text: String) {
        guard text.first == "#" else { return nil }
        let digits = text.utf8.dropFirst().compactMap(\.hexDigitValue)
        guard digits.count == text.utf8.count - 1 else { return nil }
        switch digits.count {
        case 3: self.init(red: digits[0] * 17, green: digits[1] * 17, blue: digits[2] * 17)
        case 6:
            self.init(
                red: digits[0] << 4 | digits[1], green: digits[2] << 4 | digits[3], blue: digits[4] << 4 | digits[5])
        default: return nil
        }
    }

    /// The relative luminance, from 0 for black to 1 for white (WCAG 2.2, "relative luminance").
    var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The contrast ratio, from 1 to 21 (WCAG 2.2, "contrast ratio").
    func contrast(with other: Colour) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    /// Returns the first colour on the way from this one to `end`, which is black or white, that has at least the given
    /// contrast with a surface; `end` if none has.
    func legible(on surface: Colour, towards end: Colour, contrast least: Double = 4.5) -> Colour {
        for step in 0..<Self.steps {
            let colour = mixed(with: end, step)
            if colour.contrast(with: surface) >= least { return colour }
        }
        return end
    }

    private static let steps = 64

    private func mixed(with other: Colour, _ step: Int) -> Colour {
        func mix(_ one: UInt8, _ two: UInt8) -> UInt8 {
            UInt8((Int(one) * (Self.steps - step) + Int(two) * step) / Self.steps)
        }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }
}

extension Colour: CustomStringConvertible {
    /// The form `#rrggbb`.
    var description: String {
        "#"
            + [red, green, blue].map { channel in
                let text = String(channel, radix: 16)
                return channel < 16 ? "0" + text : text
            }.joined()
    }
}
