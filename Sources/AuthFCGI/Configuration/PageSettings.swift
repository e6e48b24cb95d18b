/// The settings of the look of the pages, which are entries of ``SettingTable``.
enum PageSettings {
    /// Nil for none.
    static let title = Setting(
        "PAGE_TITLE", .optional(.line(80)), default: .described("none"),
        "name of the site on the sign-in page and the other pages for people")

    /// Nil for none.
    static let logo = Setting(
        "PAGE_LOGO", .optional(.logo), default: .described("none"),
        "picture at the head of the pages: a path of the site, https://… or data:image/…")

    static let accent = Setting(
        "PAGE_ACCENT", .colour, default: .text("\(PageTheme.standardAccent)"),
        "colour of buttons and links; made darker or lighter as far as legibility requires")

    /// Nil for none.
    static let text = Setting(
        "PAGE_TEXT", .optional(.line(300)), default: .described("none"),
        "line of text below the pages, such as whom to ask for help")

    /// Nil for none.
    static let folder = Setting(
        "PAGES_FOLDER", .optional(.text("path")), default: .described("none"),
        "folder with templates and texts of your own for the pages, which are checked at the start")
}
