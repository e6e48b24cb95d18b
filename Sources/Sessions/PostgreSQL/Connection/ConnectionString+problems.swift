internal import EventLoop

/// The reason why a connection string cannot be used. Contains no value of it.
package enum ConnectionStringProblem: Equatable, Sendable {
    /// A part of a URL that may be meant for the password would be taken for a host or a database.
    case ambiguous
    /// A port is not a number, or the place of a port has a text that is meant for the password.
    case badPort
    /// This parameter, a host or a database, has the form of a whole URL, or an @ as after a password.
    case misplaced(parameter: String)
    /// libpq cannot read it.
    case unreadable
    /// libpq refuses the value of this parameter.
    case refusedValue(parameter: String)
}

extension ConnectionStringProblem: CustomStringConvertible {
    /// The problem and the advice, as a predicate.
    package var description: String {
        switch self {
        case .ambiguous:
            "can be read in two ways: percent-encode the special characters of user, password and database: "
                + "@ as %40, / as %2F, : as %3A, ? as %3F, # as %23, % as %25"
        case .badPort:
            "has a port that is not a number from 1 to 65535; if that text is part of a password, percent-encode it "
                + "(/ as %2F, : as %3A, @ as %40), and an @ and the host must follow it"
        case .misplaced(let parameter):
            "has a URL, or an @, in \(parameter); write the parts as user=…, password=…, host=… and dbname=…, or the URL alone"
        case .unreadable: "cannot be read by libpq; in a URL, percent-encode special characters"
        case .refusedValue(let parameter): "has a value of \(parameter) that libpq does not accept"
        }
    }
}

/// What libpq would report with parts of the password, because it takes them for a host, a port or a database.
extension ConnectionString {
    /// Returns the problem with a connection string; nil if only a server can refuse it.
    package static func problem(_ text: String) -> ConnectionStringProblem? {
        misreading(of: text) ?? refusedParameter(text).map { .refusedValue(parameter: $0) }
    }

    /// Returns the problem with a connection string that libpq cannot read, or reads in another way than it is meant.
    static func misreading(of text: String) -> ConnectionStringProblem? {
        if let parts = urlParts(text), let problem = misreading(of: parts) { return problem }
        guard let given = values(text) else { return .unreadable }
        let ports = given["port"]?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        guard ports.allSatisfy({ isPort(Array($0.utf8)[...]) }) else { return .badPort }
        return ["host", "hostaddr", "dbname"].first { isMisplaced(given[$0] ?? "", in: $0) }
            .map { .misplaced(parameter: $0) }
    }

    /// Returns the names in a connection string that are no parameters of libpq, each of which looks like a name.
    package static func unknownParameters(_ text: String) -> [String] {
        let words: [ArraySlice<UInt8>]
        if let parts = urlParts(text) {
            words = parts.query.split(separator: UInt8(ascii: "&"))
        } else {
            words = Array(text.utf8)[...].split(separator: UInt8(ascii: " "))
        }
        return words.compactMap { word in
            guard let name = name(of: word), !parameters.contains(name) else { return nil }
            return name
        }
    }

    /// The parts of a URL as libpq finds them, without their separators.
    private struct URLParts {
        let hosts: ArraySlice<UInt8>
        let path: ArraySlice<UInt8>
        let query: ArraySlice<UInt8>
    }

    /// Returns nil if the text is no URL.
    private static func urlParts(_ text: String) -> URLParts? {
        guard let scheme = ["postgresql://", "postgres://"].first(where: { text.hasPrefix($0) }) else { return nil }
        let rest = Array(text.utf8.dropFirst(scheme.utf8.count))[...]
        // As libpq: user and password end at the first @, if there is one before the first slash.
        let info = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "@") }
        let hasInfo = rest[info.endIndex...].first == UInt8(ascii: "@")
        let server = hasInfo ? rest[(info.endIndex + 1)...] : rest
        let hosts = server.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let path = server[hosts.endIndex...].prefix { $0 != UInt8(ascii: "?") }
        return URLParts(hosts: hosts, path: path, query: server[path.endIndex...].dropFirst())
    }

    private static func misreading(of parts: URLParts) -> ConnectionStringProblem? {
        let at = UInt8(ascii: "@")
        guard !parts.hosts.contains(at), !parts.path.contains(at) else { return .ambiguous }
        for parameter in parts.query.split(separator: UInt8(ascii: "&")) where parameter.contains(at) {
            guard let name = name(of: parameter), parameters.contains(name) else { return .ambiguous }
        }
        for host in parts.hosts.split(separator: UInt8(ascii: ",")) {
            let end = host.first == UInt8(ascii: "[") ? host.firstIndex(of: UInt8(ascii: "]")) : nil
            let rest = host[(end ?? host.startIndex)...].drop { $0 != UInt8(ascii: ":") }
            guard isPort(rest.dropFirst()) else { return .badPort }
        }
        return nil
    }

    /// A host may begin with an @: that of an abstract socket.
    private static func isMisplaced(_ value: String, in parameter: String) -> Bool {
        if value.contains("://") { return true }
        return parameter != "dbname" && value.split(separator: ",").contains { $0.dropFirst().contains("@") }
    }

    /// Returns whether a text is a port. An empty one stands for the default.
    private static func isPort(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty else { return true }
        return text.count <= 5 && text.allSatisfy(\.isASCIIDigit)
            && (1...65535).contains(text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    /// Returns the name in `name=value`, or nil if the text does not begin like that.
    private static func name(of parameter: ArraySlice<UInt8>) -> String? {
        let name = parameter.prefix { $0 != UInt8(ascii: "=") }
        guard name.count < parameter.count, (1...32).contains(name.count),
            name.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") })
        else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
