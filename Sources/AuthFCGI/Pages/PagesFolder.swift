internal import EventLoop
internal import FoundationEssentials
internal import Glibc

/// The operator's own templates and texts: the files of `PAGES_FOLDER`.
struct PagesFolder: Equatable, Sendable {
    /// The texts of `NAME.mustache`, by name.
    private(set) var templates: [String: String] = [:]
    /// The texts of `TAG.json`, by language tag.
    private(set) var languages: [String: String] = [:]

    static let empty = PagesFolder(templates: [:], languages: [:])

    var isEmpty: Bool { templates.isEmpty && languages.isEmpty }

    init(templates: [String: String], languages: [String: String]) {
        self.templates = templates.mapValues(Self.cleaned)
        self.languages = languages.mapValues(Self.cleaned)
    }

    /// Reads the files. Files of other types, and those whose name begins with a dot, are left alone.
    init(path: String) throws(PagesProblem) {
        var problems: [String] = []
        for name in try Self.names(in: path).sorted() where !name.hasPrefix(".") {
            let isTemplate = name.hasSuffix(Self.templateSuffix)
            guard isTemplate || name.hasSuffix(Self.languageSuffix) else { continue }
            do throws(TextFileError) {
                let text = Self.cleaned(try TextFile.read(path + "/" + name))
                if isTemplate {
                    templates[String(name.dropLast(Self.templateSuffix.count))] = text
                } else {
                    languages[String(name.dropLast(Self.languageSuffix.count))] = text
                }
            } catch {
                problems.append("\(name): it cannot be read: \(error)")
            }
        }
        guard problems.isEmpty else { throw PagesProblem(problems) }
    }

    static let templateSuffix = ".mustache"
    static let languageSuffix = ".json"

    private static func names(in path: String) throws(PagesProblem) -> [String] {
        try checkFolder(path)
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw PagesProblem(file: path, "the folder cannot be read: \(error)")
        }
    }

    /// Tells more clearly than the next call would why a folder cannot be opened.
    private static func checkFolder(_ path: String) throws(PagesProblem) {
        do throws(TextFileError) {
            // Of a folder, only this fails: to read it as a file.
            _ = try TextFile.read(path)
        } catch {
            if case .system(let error) = error, error.code == EISDIR { return }
            throw PagesProblem(file: path, "the folder cannot be read: \(error)")
        }
        throw PagesProblem(file: path, "it is no folder")
    }

    /// Line breaks and NULs as browsers read them, so that the hash of a style is that of the browser.
    private static func cleaned(_ text: String) -> String {
        let text = text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text
        return text.replacing("\r\n", with: "\n").replacing("\0", with: "\u{fffd}")
    }
}

/// The files as a supervisor passes them to its workers, which read no folder: it may have changed since.
extension PagesFolder {
    private static let prefix = SettingTable.shared.pagesFolder.name + "/"

    /// The texts by the names under which ``WorkerSecrets`` has them. No name that is accepted contains an equals sign.
    var passed: [String: String] {
        var values: [String: String] = [:]
        for (name, text) in templates { values[Self.prefix + name + Self.templateSuffix] = text }
        for (tag, text) in languages { values[Self.prefix + tag + Self.languageSuffix] = text }
        return values
    }

    /// Takes the texts from among the values that a worker has got.
    init(passed values: [String: String]) {
        for (key, text) in values where key.hasPrefix(Self.prefix) {
            let name = key.dropFirst(Self.prefix.count)
            if name.hasSuffix(Self.templateSuffix) {
                templates[String(name.dropLast(Self.templateSuffix.count))] = text
            } else if name.hasSuffix(Self.languageSuffix) {
                languages[String(name.dropLast(Self.languageSuffix.count))] = text
            }
        }
    }
}
