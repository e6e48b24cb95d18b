/// A level of an nginx configuration: a file, `http`, a `server`, a `location` or an `if`.
final class NginxScope {
    enum Kind: Equatable {
        /// The file, which may be all of nginx.conf or a part of it.
        case main
        case http
        case server
        case location(NginxLocation)
        /// An `if`.
        case condition
        /// A block that is no level, such as `map` or `types`, or that has nothing to do with HTTP.
        case other

        fileprivate init(_ directive: NginxDirective) {
            switch directive.name {
            case "http": self = .http
            case "server": self = .server
            case "location": self = .location(NginxLocation(directive.arguments))
            case "if": self = .condition
            default: self = .other
            }
        }
    }

    let kind: Kind
    /// The directive that begins the level; nil for a file.
    let opening: NginxDirective?
    /// All directives of the level, in order, those with blocks too.
    let directives: [NginxDirective]
    /// The levels within this one.
    private(set) var scopes: [NginxScope] = []
    private(set) weak var parent: NginxScope?

    /// Creates the level of a file, with all those in it. It must be kept as long as any of them is used.
    convenience init(_ directives: [NginxDirective]) {
        self.init(directives, .main, opening: nil, in: nil)
    }

    private init(_ directives: [NginxDirective], _ kind: Kind, opening: NginxDirective?, in parent: NginxScope?) {
        self.kind = kind
        self.opening = opening
        self.directives = directives
        self.parent = parent
        scopes = directives.compactMap { directive in
            directive.block.map { NginxScope($0, Kind(directive), opening: directive, in: self) }
        }
    }

    /// The level in messages, such as `location /app/`.
    var name: String {
        switch kind {
        case .main: "the file"
        case .http: "http"
        case .server: ["server", own("server_name").first?.arguments.first].compactMap(\.self).joined(separator: " ")
        case .location, .condition, .other: opening?.text ?? ""
        }
    }

    /// The location, if this level is one.
    var location: NginxLocation? { if case .location(let location) = kind { location } else { nil } }

    /// This level and all those in it.
    var all: [NginxScope] { [self] + scopes.flatMap(\.all) }

    /// The levels around this one, from the inside to the outside.
    var ancestors: [NginxScope] { parent.map { [$0] + $0.ancestors } ?? [] }

    /// Returns the directives of this level with a name.
    func own(_ name: String) -> [NginxDirective] { directives.filter { $0.name == name } }

    /// Returns the directives with a name that count here: those of the innermost level that has any.
    func effective(_ name: String) -> [NginxDirective] {
        let own = own(name)
        return own.isEmpty ? parent?.effective(name) ?? [] : own
    }

    /// Returns whether this level itself includes one of these files of `nginx/authfcgi`.
    func includes(_ files: String...) -> Bool {
        directives.contains { directive in directive.gateFile.map { files.contains($0) } ?? false }
    }

    /// The path of the check that is asked about a request here; nil if none is.
    var check: String? {
        if let own = own("auth_request").last?.arguments.first { return own == "off" ? nil : own }
        return includes("protect.conf") ? Self.standardCheck : parent?.check
    }

    /// The check that protect.conf asks, and verify.conf has.
    static let standardCheck = "/_authfcgi/verify"
}
