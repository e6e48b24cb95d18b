internal import EventLoop

extension SettingForm where Value == String {
    /// A line of text for people, of at most `longest` characters.
    static func line(_ longest: Int) -> Self {
        .text("text", "write one line of at most \(longest) characters") { text in
            text.count <= longest && !text.unicodeScalars.contains(where: \.isControl)
        }
    }
}

extension SettingForm where Value == PageLogo {
    static var logo: Self {
        Self(
            type: "address",
            read: { (text, _) throws(SettingProblem) in
                guard let logo = PageLogo(text) else {
                    throw .wrong(
                        "write a path of the site that begins with /, an address with https://, or data:image/… of at most \(PageLogo.maxLength) characters"
                    )
                }
                return logo
            },
            write: { $0.address })
    }
}

extension SettingForm where Value == Colour {
    static var colour: Self {
        Self(
            type: "#rrggbb",
            read: { (text, _) throws(SettingProblem) in
                guard let colour = Colour(text) else { throw .wrong("write a colour such as #2f5fb3") }
                return colour
            },
            write: { "\($0)" })
    }
}
