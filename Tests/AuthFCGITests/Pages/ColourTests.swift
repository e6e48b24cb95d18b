import Testing

@testable import AuthFCGI

@Suite struct ColourTests {
    @Test func `a colour is parsed from three or six digits, and written with six`() {
        #expect(Colour("#2f5fb3")?.description == "#2f5fb3")
        #expect(Colour("#FA0")?.description == "#ffaa00")
        #expect(Colour("#000") == .black && Colour("#ffffff") == .white)
        for text in ["", "#", "2f5fb3", "#2f5fb", "#2f5fb33", "#gggggg", "red", "#12 456", "#é12345"] {
            #expect(Colour(text) == nil, "\(text)")
        }
    }

    @Test func `luminance and contrast are those of WCAG`() throws {
        #expect(abs(Colour.black.contrast(with: .white) - 21) < 0.001)
        #expect(Colour.white.luminance == 1 && Colour.black.luminance == 0)
        // The lightest grey on white that is good enough for AA.
        let grey = try #require(Colour("#767676"))
        #expect(grey.contrast(with: .white) > 4.5 && grey.contrast(with: .white) < 4.6)
        #expect(grey.contrast(with: .white) == Colour.white.contrast(with: grey))
    }

    @Test func `every accent colour is legible on light and on dark, as text and below text`() {
        let steps: [UInt8] = [0, 51, 102, 128, 153, 204, 255]
        for red in steps {
            for green in steps {
                for blue in steps {
                    let accent = Colour(red: red, green: green, blue: blue)
                    let theme = PageTheme(accent: accent)
                    #expect(theme.accentOnLight.contrast(with: PageTheme.Surface.lightPage) >= 4.5, "\(accent)")
                    #expect(theme.accentOnLight.contrast(with: .white) >= 4.5, "\(accent)")
                    #expect(theme.accentOnDark.contrast(with: PageTheme.Surface.darkCard) >= 4.5, "\(accent)")
                }
            }
        }
    }

    @Test func `an accent colour that is legible stays as it is`() throws {
        let blue = try #require(Colour("#1d4ed8"))
        #expect(PageTheme(accent: blue).accentOnLight == blue)
        let pale = try #require(Colour("#a8c7ff"))
        #expect(PageTheme(accent: pale).accentOnDark == pale)
        #expect(PageTheme().accentOnLight == PageTheme.standardAccent)
    }

    @Test func `all other colours of the style have enough contrast`() throws {
        let style = try #require(PageTemplates.builtIn["style"])
        let schemes = style.split(separator: "\n").filter { $0.contains("--page:") }
        #expect(schemes.count == 2)
        for scheme in schemes {
            func colour(_ name: String) throws -> Colour {
                let start = try #require(scheme.firstRange(of: "--\(name):")).upperBound
                let text = scheme[start...].prefix { $0 != ";" && $0 != "}" }
                return try #require(Colour(String(text)), "\(name)")
            }
            let surfaces = try [colour("page"), colour("card")]
            for surface in surfaces {
                for name in ["text", "soft"] { #expect(try colour(name).contrast(with: surface) >= 4.5, "\(name)") }
                // The edge of a field is no text (WCAG 2.2, 1.4.11).
                for name in ["edge", "bad"] { #expect(try colour(name).contrast(with: surface) >= 3, "\(name)") }
            }
            for name in ["bad", "good"] {
                #expect(try colour(name).contrast(with: try colour("\(name)-card")) >= 4.5, "\(name)")
            }
        }
        #expect(schemes[0].contains("--page:\(PageTheme.Surface.lightPage);"))
        #expect(schemes[1].contains("--card:\(PageTheme.Surface.darkCard);"))
        #expect(schemes[1].contains("--on-accent:#13161b;"))
    }
}
