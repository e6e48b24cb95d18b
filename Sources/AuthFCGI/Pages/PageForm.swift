/// A form on a page, as browsers read it.
struct PageForm {
    private let tag: HTMLTag
    /// The fields and buttons that belong to it.
    let fields: [HTMLTag]

    /// The paths to which the gate's own forms lead.
    private static let paths: Set<String> = [
        "/auth/login", "/auth/logout", "/auth/account", "/auth/password", "/auth/reset",
    ]
    private static let passwordNames: Set<String> = [
        "password", "current_password", "new_password", "repeated_password",
    ]
    private static let fieldTags: Set<String> = ["input", "button", "select", "textarea"]

    /// Returns the forms of a page.
    static func all(in tags: [HTMLTag]) -> [PageForm] {
        tags.indices.filter { tags[$0].name == "form" }.map { start in
            let inside = tags[(start + 1)...].prefix { $0.name != "/form" }.filter { $0["form"] == nil }
            let id = tags[start]["id"]
            let outside = tags.filter { $0["form"] != nil && $0["form"] == id }
            return PageForm(tag: tags[start], fields: fields(in: inside + outside))
        }
    }

    /// Returns the fields and buttons among tags that browsers send.
    static func fields(in tags: [HTMLTag]) -> [HTMLTag] {
        tags.filter { fieldTags.contains($0.name) && $0["disabled"] == nil }
    }

    /// The path of the address to which it is sent.
    var path: String { Self.path(tag["action"] ?? "") }

    /// True if a person can send it.
    var hasButton: Bool {
        fields.contains { field in
            let type = field["type"]?.lowercased()
            return field.name == "button" && type != "button" && type != "reset" || type == "submit" || type == "image"
        }
    }

    /// Why it would not work, or would show what is secret.
    var problems: [PageFault] {
        guard Self.paths.contains(path) else {
            // A form of the site's own, such as a search, is its own business.
            let concernsGate = path.isEmpty || path.hasPrefix("/auth/") || fields.contains(where: Self.hasPassword)
            guard concernsGate else { return [] }
            return [PageFault("action=\"\(path)\" is no address that takes a form; write \(Self.advice)", at: "<form")]
        }
        var faults: [PageFault] = []
        let methods = [tag["method"] ?? "get"] + fields.compactMap { $0["formmethod"] }
        if methods.contains(where: { $0.lowercased() != "post" }) {
            faults.append(
                PageFault(
                    "the form for \(path) needs method=\"post\": browsers would write what is typed into the address, and servers into their logs",
                    at: path))
        }
        let types = [tag["enctype"]] + fields.map { $0["formenctype"] }
        if types.contains(where: { $0 != nil && $0?.lowercased() != "application/x-www-form-urlencoded" }) {
            faults.append(PageFault("the form for \(path) is not read with this enctype=; remove it", at: "enctype"))
        }
        for field in fields {
            if let action = field["formaction"], !Self.paths.contains(Self.path(action)) {
                faults.append(
                    PageFault(
                        "formaction=\"\(action)\" is no address that takes a form; write \(Self.advice)",
                        at: "formaction"))
            }
            if let name = field["name"], Self.passwordNames.contains(name), !Self.hasPassword(field) {
                faults.append(
                    PageFault("the field \(name) shows what is typed; write type=\"password\"", at: "name=\"\(name)\""))
            }
        }
        return faults
    }

    private static let advice = paths.sorted().joined(separator: ", ")

    private static func hasPassword(_ field: HTMLTag) -> Bool { field["type"]?.lowercased() == "password" }

    private static func path(_ address: String) -> String { String(address.prefix { $0 != "?" && $0 != "#" }) }
}
