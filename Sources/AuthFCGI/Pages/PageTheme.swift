/// What the operator has chosen for the look of the pages.
struct PageTheme: Sendable {
    /// The name of the site; nil for none.
    var title: String?
    var logo: PageLogo?
    var accent = Self.standardAccent
    /// A line of text below each page; nil for none.
    var text: String?

    static let standardAccent = Colour(red: 0x2f, green: 0x5f, blue: 0xb3)

    /// The accent colour on light surfaces, as text and as the surface of white text. With enough contrast for both (AA of
    /// WCAG 2.2).
    var accentOnLight: Colour { accent.legible(on: Surface.lightPage, towards: .black) }

    /// The accent colour on dark surfaces, as text and as the surface of dark text.
    var accentOnDark: Colour { accent.legible(on: Surface.darkCard, towards: .white) }

    /// The surfaces of `style.mustache` with the least contrast to the accent colour.
    enum Surface {
        static let lightPage = Colour(red: 0xf4, green: 0xf5, blue: 0xf7)
        static let darkCard = Colour(red: 0x1c, green: 0x20, blue: 0x28)
    }
}

extension PageTheme {
    init(_ settings: Settings) {
        self.init(
            title: settings.pageTitle, logo: settings.pageLogo, accent: settings.pageAccent, text: settings.pageText)
    }
}
