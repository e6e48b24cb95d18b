internal import EventLoop

/// The parser of a `REDIS_URL`. ``RedisLocation`` lists the forms.
///
/// It parses bytes: as a Swift character, an @ with a combining accent is not an @.
struct RedisURLParser {
    private enum Form { case server, sentinel, cluster, socket }

    private static let schemes: [String: (form: Form, usesTLS: Bool)] = [
        "redis": (.server, false), "rediss": (.server, true),
        "redis+sentinel": (.sentinel, false), "rediss+sentinel": (.sentinel, true),
        "redis-sentinel": (.sentinel, false), "rediss-sentinel": (.sentinel, true),
        "redis+cluster": (.cluster, false), "rediss+cluster": (.cluster, true),
        "redis-cluster": (.cluster, false), "rediss-cluster": (.cluster, true),
        "unix": (.socket, false), "redis+unix": (.socket, false), "redis-unix": (.socket, false),
        "redis+socket": (.socket, false), "redis-socket": (.socket, false),
    ]

    /// The schemes of other servers' URLs, which are mistaken for a `REDIS_URL`.
    private static let otherServers = [
        "http", "https", "postgresql", "postgres", "mysql", "mariadb", "mongodb", "amqp", "amqps", "memcached",
        "sqlite", "kafka", "nats", "jdbc", "file", "ftp",
    ]

    private let form: Form
    private let usesTLS: Bool
    /// The parts without their separators; the path with its first slash.
    private let userInfo: ArraySlice<UInt8>?
    private let hosts: ArraySlice<UInt8>
    private let path: ArraySlice<UInt8>
    private let query: ArraySlice<UInt8>?

    static func parse(_ text: String) throws(RedisURLProblem) -> RedisLocation {
        try RedisURLParser(text).location()
    }

    private init(_ text: String) throws(RedisURLProblem) {
        guard !text.isEmpty else { throw .empty }
        guard !text.unicodeScalars.contains(where: { $0.isControl || $0.properties.isWhitespace }) else {
            throw .whitespace
        }
        var rest = Array(text.utf8)[...]
        (form, usesTLS) = try Self.takeScheme(&rest)
        guard !rest.contains(UInt8(ascii: "#")) else { throw form == .sentinel ? .fragmentForService : .fragment }

        let question = rest.firstIndex(of: UInt8(ascii: "?"))
        query = question.map { rest[($0 + 1)...] }
        let beforeQuery = rest[..<(question ?? rest.endIndex)]
        let slash = beforeQuery.firstIndex(of: UInt8(ascii: "/")) ?? beforeQuery.endIndex
        path = beforeQuery[slash...]
        guard !rest[slash...].contains(UInt8(ascii: "@")) else { throw .misplacedAt }

        // The last @, as in other clients: any before it belong to the password.
        let authority = beforeQuery[..<slash]
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        userInfo = at.map { authority[..<$0] }
        hosts = at.map { authority[($0 + 1)...] } ?? authority
    }

    /// Removes the scheme and the two slashes.
    private static func takeScheme(
        _ rest: inout ArraySlice<UInt8>
    ) throws(RedisURLProblem) -> (form: Form, usesTLS: Bool) {
        if rest.first == UInt8(ascii: "/"), !rest.starts(with: "//".utf8) { return (.socket, false) }
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { throw .noScheme }
        let scheme = String(decoding: rest[..<colon], as: UTF8.self).lowercased()
        rest = rest[(colon + 1)...]
        let hasSlashes = rest.starts(with: "//".utf8)
        guard let known = schemes[scheme] else {
            let kind = scheme.prefix { $0 != "+" }
            if let other = otherServers.first(where: { $0 == kind }) { throw .otherServer(scheme: other) }
            throw hasSlashes ? .unknownScheme : .noScheme
        }
        guard hasSlashes else { throw .noSlashes(scheme: scheme) }
        rest = rest.dropFirst(2)
        return known
    }

    private func location() throws(RedisURLProblem) -> RedisLocation {
        let credentials = try credentials()
        let deployment: RedisLocation.Deployment
        var database: Int?
        switch form {
        case .server:
            let addresses = try addresses(port: 6379)
            guard let first = addresses.first, addresses.count == 1 else { throw .severalHosts }
            deployment = .server(first)
            database = try databaseInPath(path.dropFirst())
        case .cluster:
            deployment = .cluster(try addresses(port: 6379))
            database = try databaseInPath(path.dropFirst())
        case .sentinel:
            let sentinels = try addresses(port: 26379)
            let service = path.dropFirst().prefix { $0 != UInt8(ascii: "/") }
            deployment = .sentinel(sentinels, service: try serviceName(service))
            database = try databaseInPath(path[service.endIndex...].dropFirst())
        case .socket:
            guard hosts.isEmpty else { throw .hostOfSocket }
            deployment = .server(.unix(path: try socketPath()))
        }
        if let other = try databaseInQuery() {
            guard database == nil else { throw .databaseTwice }
            database = other
        }
        if form == .cluster, let database, database != 0 { throw .databaseInCluster }
        return RedisLocation(
            deployment: deployment, credentials: credentials, database: database ?? 0, usesTLS: usesTLS)
    }
}

// MARK: Parts

extension RedisURLParser {
    private func credentials() throws(RedisURLProblem) -> RedisCredentials? {
        guard let userInfo else { return nil }
        guard !userInfo.isEmpty else { throw .emptyUserInfo }
        let colon = userInfo.firstIndex(of: UInt8(ascii: ":"))
        let user = try colon.map { (end) throws(RedisURLProblem) in try Self.decodedText(userInfo[..<end]) }
        let password = try Self.decodedText(colon.map { userInfo[($0 + 1)...] } ?? userInfo)
        guard !password.isEmpty else { throw .emptyPassword }
        return RedisCredentials(username: user.flatMap { $0.isEmpty ? nil : $0 }, password: password)
    }

    /// Returns the addresses without duplicates, in the given order.
    private func addresses(port: UInt16) throws(RedisURLProblem) -> [ServerAddress] {
        var addresses: [ServerAddress] = []
        for host in hosts.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let address = try ServerAddress(urlHost: host, port: port)
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    /// Returns the database in the path, or nil if there is none. A single slash may end the URL.
    private func databaseInPath(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> Int? {
        guard !text.isEmpty else { return nil }
        guard !text.contains(UInt8(ascii: "/")) else { throw .longPath }
        return try Self.database(text)
    }

    private static func database(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> Int {
        guard let number = RedisHostName.number(try decodedBytes(text)) else { throw .badDatabase }
        return Int(number)
    }

    private func databaseInQuery() throws(RedisURLProblem) -> Int? {
        guard let query, !query.isEmpty else { return nil }
        var database: Int?
        for parameter in query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let name = parameter.prefix { $0 != UInt8(ascii: "=") }
            guard name.elementsEqual("db".utf8) else { throw Self.unknown(name, isNamed: name.count < parameter.count) }
            guard database == nil else { throw .databaseTwice }
            database = try Self.database(parameter[name.endIndex...].dropFirst())
        }
        return database
    }

    /// Returns the problem of an unknown parameter. Its name is shown only if it has the form of one: it may be part of
    /// a password that contains a question mark.
    private static func unknown(_ name: ArraySlice<UInt8>, isNamed: Bool) -> RedisURLProblem {
        let looksLikeName =
            isNamed && (1...32).contains(name.count)
            && name.allSatisfy { $0.isASCIILetter || $0 == UInt8(ascii: "_") }
        return looksLikeName ? .unknownParameter(name: String(decoding: name, as: UTF8.self)) : .unnamedParameter
    }

    private static func decodedBytes(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> [UInt8] {
        do throws(PercentDecoding.Problem) {
            return try PercentDecoding.bytes(text)
        } catch {
            throw problem(error)
        }
    }

    private static func decodedText(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> String {
        do throws(PercentDecoding.Problem) {
            return try PercentDecoding.text(text)
        } catch {
            throw problem(error)
        }
    }

    private static func problem(_ problem: PercentDecoding.Problem) -> RedisURLProblem {
        switch problem {
        case .badEscape: .badEscape
        case .notUTF8: .notUTF8
        }
    }

    private func serviceName(_ text: ArraySlice<UInt8>) throws(RedisURLProblem) -> String {
        let name = try Self.decodedText(text)
        guard !name.isEmpty else { throw .noService }
        guard name.utf8.count <= 128, !name.unicodeScalars.contains(where: \.isControl) else { throw .badService }
        return name
    }

    private func socketPath() throws(RedisURLProblem) -> String {
        let text = try Self.decodedText(path)
        guard text.utf8.contains(where: { $0 != UInt8(ascii: "/") }) else { throw .noSocketPath }
        guard !text.unicodeScalars.contains(where: \.isControl), text.utf8.last != UInt8(ascii: "/") else {
            throw .badSocketPath
        }
        // unix(7): sun_path has 108 bytes, including the final zero.
        guard text.utf8.count <= 107 else { throw .longSocketPath }
        return text
    }
}
