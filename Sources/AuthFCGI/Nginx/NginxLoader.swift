/// Reads an nginx configuration with the files that it includes. The gate's own do not become part of it, since their
/// contents are known; what a copy of them lacks is a problem.
struct NginxLoader {
    /// A configuration as far as it could be read.
    struct Outcome {
        /// The directives, with those of included files in the place of each `include`.
        var directives: [NginxDirective] = []
        /// What could not be read, and files of the gate that are not as they should be, with the place.
        var problems: [String] = []
        /// The number of files that were read.
        var fileCount = 0
    }

    private let files: NginxFiles
    /// The folders that paths of `include` may count from.
    private let folders: [String]
    private var outcome = Outcome()
    /// The files of the gate that were looked at.
    private var examined: Set<String> = []

    /// The limits of a configuration; a file that includes itself would have no end.
    private static let maxDepth = 10
    private static let maxFiles = 2000

    /// Reads the configuration in a file: all of nginx.conf, or a part of it such as a site in conf.d.
    static func load(_ path: String, from files: NginxFiles) -> Outcome {
        var loader = NginxLoader(files: files, folders: folders(above: path))
        loader.outcome.directives = loader.directives(of: path, at: nil, depth: 0)
        return loader.outcome
    }

    private init(files: NginxFiles, folders: [String]) {
        self.files = files
        self.folders = folders
    }

    /// Returns the folders from which nginx may count relative paths: that of its main file, which this file may be below.
    private static func folders(above path: String) -> [String] {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        let isAbsolute = path.hasPrefix("/")
        var folders: [String] = []
        while !parts.isEmpty {
            folders.append((isAbsolute ? "/" : "") + parts.joined(separator: "/"))
            parts = parts.dropLast()
        }
        if !isAbsolute { folders.append(".") }
        return folders + ["/etc/nginx"]
    }

    private mutating func directives(of path: String, at place: NginxPlace?, depth: Int) -> [NginxDirective] {
        let cause = place.map { "\($0): " } ?? ""
        guard depth <= Self.maxDepth, outcome.fileCount < Self.maxFiles else {
            outcome.problems.append("\(cause)\(path) is not read: too many files include each other")
            return []
        }
        outcome.fileCount += 1
        let text: String
        do throws(TextFileError) {
            text = try files.read(path)
        } catch {
            outcome.problems.append("\(cause)\(path) cannot be read: \(error)")
            return []
        }
        do throws(NginxSyntaxError) {
            return expanded(try NginxParser.directives(of: text, file: path), depth: depth)
        } catch {
            outcome.problems.append("\(error.place): \(error.problem)")
            return []
        }
    }

    private mutating func expanded(_ directives: [NginxDirective], depth: Int) -> [NginxDirective] {
        var result: [NginxDirective] = []
        for var directive in directives {
            if directive.name == "include", let pattern = directive.arguments.first {
                let paths = paths(of: pattern)
                if paths.isEmpty, !pattern.contains(where: { "*?[".contains($0) }) {
                    outcome.problems.append("\(directive.place): \(pattern) is included and does not exist")
                }
                if let file = directive.includedFile {
                    examine(paths, file, at: directive.place)
                    result.append(directive)
                } else {
                    for path in paths {
                        result += self.directives(of: path, at: directive.place, depth: depth + 1)
                    }
                }
            } else {
                if let block = directive.block { directive.block = expanded(block, depth: depth) }
                result.append(directive)
            }
        }
        return result
    }

    /// Reports what copies of a file of the gate lack, with the files that they include.
    private mutating func examine(_ paths: [String], _ file: String, at place: NginxPlace) {
        guard NginxGateFiles.needed[file] != nil else { return }
        for path in paths where examined.insert(path).inserted {
            let text: String
            do throws(TextFileError) {
                text = try files.read(path)
            } catch {
                outcome.problems.append("\(place): \(path) cannot be read: \(error)")
                continue
            }
            let directives: [NginxDirective]
            do throws(NginxSyntaxError) {
                directives = try NginxParser.directives(of: text, file: path)
            } catch {
                outcome.problems.append("\(error.place): \(error.problem)")
                continue
            }
            outcome.problems += NginxGateFiles.lacking(file, directives).map { directive in
                "\(path) is not the gate's file: it lacks \(directive); copy it again"
            }
            for directive in NginxGateFiles.all(directives) {
                guard let inner = directive.includedFile, let pattern = directive.arguments.first else { continue }
                examine(self.paths(of: pattern), inner, at: directive.place)
            }
        }
    }

    private func paths(of pattern: String) -> [String] {
        if pattern.hasPrefix("/") { return files.matching(pattern) }
        for folder in folders {
            let paths = files.matching("\(folder)/\(pattern)")
            if !paths.isEmpty { return paths }
        }
        return []
    }
}
