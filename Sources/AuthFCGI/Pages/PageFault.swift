/// What is wrong with a page that templates make.
struct PageFault {
    /// The fault, and advice.
    let advice: String
    /// A text in the template by which its line is found; nil for none.
    let text: String?

    init(_ advice: String, at text: String? = nil) {
        self.advice = advice
        self.text = text
    }
}

extension PageFault {
    /// Returns what is wrong with a page as browsers read it.
    /// - Parameter html: the page, made of a sample.
    static func all(on page: Page, _ html: String) -> [PageFault] {
        var scanner = HTMLScanner(html)
        var tags: [HTMLTag] = []
        while let tag = scanner.next() { tags.append(tag) }
        let forms = PageForm.all(in: tags)
        var faults: [PageFault] = []
        if !scanner.hasText { faults.append(PageFault("the page shows no text; write one")) }
        for tag in tags { faults += blocked(tag, on: page) }
        for form in forms { faults += form.problems }
        for form in page.requiredForms { faults += form.problems(forms, tags) }
        return faults
    }

    /// Returns what browsers do not do on the pages, or must not.
    private static func blocked(_ tag: HTMLTag, on page: Page) -> [PageFault] {
        var faults = tag.attributes.keys.filter { $0.hasPrefix("on") }.sorted().map { name in
            PageFault("browsers run no \(name)= on these pages; remove it", at: name)
        }
        if tag.attributes.values.contains(where: { $0.lowercased().hasPrefix("javascript:") }) {
            faults.append(PageFault("browsers run no javascript: on these pages; remove it", at: "javascript:"))
        }
        if ["iframe", "object", "embed", "base"].contains(tag.name) {
            faults.append(PageFault("browsers ignore <\(tag.name)> on these pages; remove it", at: "<" + tag.name))
        }
        if tag.name == "meta", tag["http-equiv"]?.lowercased() == "refresh",
            page.refreshInterval.map({ tag["content"] != "\($0)" }) ?? true
        {
            faults.append(
                PageFault(
                    "<meta http-equiv=\"refresh\"> leads elsewhere, or takes away what is typed; only content=\"{{refresh}}\" in {{#refresh}} is right",
                    at: "http-equiv"))
        }
        return faults
    }
}

extension Page {
    /// The interval, in seconds, at which a browser asks for the page again; nil for a page that stays.
    var refreshInterval: Int? {
        switch self {
        case .notice(let notice): notice.refreshInterval
        case .signIn, .signOut, .signedOut, .account, .newPassword: nil
        }
    }
}
