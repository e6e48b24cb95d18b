/// A form without which a page does not do what it is for.
struct RequiredForm {
    /// A field of the form.
    struct Field {
        let name: String
        /// The value that it needs, and the value of templates that has it.
        var value: (text: String, tag: String)?
    }

    /// The paths to one of which it leads.
    let paths: [String]
    let fields: [Field]

    /// Returns what the forms of a page lack.
    /// - Parameter tags: all tags of the page.
    func problems(_ forms: [PageForm], _ tags: [HTMLTag]) -> [PageFault] {
        let candidates = forms.filter { paths.contains($0.path) }
        let found = candidates.map { problems(in: $0.fields) }
        if found.contains(where: \.isEmpty) {
            return candidates.contains(where: \.hasButton)
                ? [] : [PageFault("the form for \(paths[0]) has no button; add <button>")]
        }
        if let first = found.first { return first }
        let action = paths.map { "action=\"\($0)\"" }.joined(separator: " or ")
        return [PageFault("there is no form with \(action); without it the page cannot work")]
            + problems(in: PageForm.fields(in: tags))
    }

    private func problems(in tags: [HTMLTag]) -> [PageFault] {
        fields.compactMap { field in
            let named = tags.filter { $0["name"] == field.name }
            guard !named.isEmpty else {
                return PageFault("there is no field \(field.name); without it the form cannot work")
            }
            guard let value = field.value, !named.contains(where: { $0["value"] == value.text }) else { return nil }
            return PageFault("the field \(field.name) needs value=\"{{\(value.tag)}}\"", at: "name=\"\(field.name)\"")
        }
    }
}

extension Page {
    var requiredForms: [RequiredForm] {
        switch self {
        case .signIn:
            [
                RequiredForm(
                    paths: ["/auth/login"],
                    fields: [
                        RequiredForm.Field(name: "rd", value: (Self.mark, "target")),
                        RequiredForm.Field(name: "username"), RequiredForm.Field(name: "password"),
                    ])
            ]
        case .newPassword:
            [
                RequiredForm(
                    paths: ["/auth/reset"],
                    fields: [
                        RequiredForm.Field(name: "code", value: (Self.mark, "code")),
                        RequiredForm.Field(name: "new_password"), RequiredForm.Field(name: "repeated_password"),
                    ])
            ]
        case .signOut: [RequiredForm(paths: ["/auth/logout"], fields: [])]
        case .account: [RequiredForm(paths: ["/auth/account", "/auth/password", "/auth/logout"], fields: [])]
        case .signedOut, .notice: []
        }
    }
}
