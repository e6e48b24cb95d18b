/// The reason why a text is not a `REDIS_URL`, with advice what to write instead.
///
/// The password may be anywhere in a malformed URL. Therefore a problem contains nothing of the URL but known words,
/// and the name of a parameter that cannot be anything else.
public enum RedisURLProblem: Error, Equatable, Sendable {
    case empty
    case whitespace
    /// The scheme is missing or not followed by a colon.
    case noScheme
    case unknownScheme
    /// A well-known URL of another server. `scheme` is one of a fixed list.
    case otherServer(scheme: String)
    /// `scheme` is one of the known ones.
    case noSlashes(scheme: String)
    case fragment
    case fragmentForService
    /// An @ after the hosts.
    case misplacedAt
    case badEscape
    case notUTF8
    case emptyUserInfo
    case emptyPassword
    case emptyHost
    case badHost
    case addressWithoutBrackets
    case badAddress
    case badPort
    case severalHosts
    case badDatabase
    case databaseTwice
    case databaseInCluster
    case longPath
    case noService
    case badService
    case hostOfSocket
    case noSocketPath
    case badSocketPath
    case longSocketPath
    case unknownParameter(name: String)
    /// An unknown parameter whose name cannot be shown.
    case unnamedParameter
}

extension RedisURLProblem: CustomStringConvertible {
    /// The problem and the advice, in words that continue a sentence about the URL.
    public var description: String {
        switch self {
        case .empty: "it is empty; \(Self.form)"
        case .whitespace:
            "it contains whitespace or control characters; in a password write them percent-encoded, such as %20"
        case .noScheme: "the scheme is missing, such as redis://; \(Self.form)"
        case .unknownScheme:
            "the scheme is none of redis://, rediss://, redis+sentinel://, redis+cluster:// and unix://; \(Self.form)"
        case .otherServer(let scheme): "the URL is that of another kind of server (\(scheme)); \(Self.form)"
        case .noSlashes(let scheme): "two slashes are missing after \"\(scheme):\"; \(Self.form)"
        case .fragment: "a URL cannot contain a #; a # in a password is written %23"
        case .fragmentForService:
            "a URL cannot contain a #; the service follows the hosts, as in redis+sentinel://host,host/service/0, and a # in a password is written %23"
        case .misplacedAt:
            "an @ follows the first / or ?; in a password write / as %2F, ? as %3F and @ as %40, in a path @ as %40"
        case .badEscape: "a % is not followed by two hexadecimal digits; a % itself is written %25"
        case .notUTF8: "the percent-encoded text is not UTF-8"
        case .emptyUserInfo: "the part before the @ is empty; write redis://:password@host, or the host alone"
        case .emptyPassword:
            "the password is empty; write redis://user:password@host or redis://:password@host, or the host alone"
        case .emptyHost:
            "a host is missing; \(Self.form). If the text in its place is a password, an @ and the host must follow"
        case .badHost:
            "a host is neither a name of letters, digits, dots and hyphens nor an address; \(Self.form)"
        case .addressWithoutBrackets:
            "there are too many colons; an IPv6 address needs brackets: redis://[::1]:6379"
        case .badAddress: "the text in brackets is not an IPv6 address; write redis://[::1]:6379"
        case .badPort:
            "a port is not a number from 1 to 65535; \(Self.form). If the text in its place is a password, an @ and the host must follow"
        case .severalHosts:
            "redis:// takes one host; for several write redis+sentinel://host,host/service or redis+cluster://host,host"
        case .badDatabase: "the database is not a number from 0 to 65535; write redis://host/0 or ?db=0"
        case .databaseTwice: "the database is given twice; write either /0 or ?db=0"
        case .databaseInCluster: "a cluster has only database 0; omit the number"
        case .longPath: "unexpected text after the host; \(Self.form)"
        case .noService: "the service that the sentinels watch is missing; write redis+sentinel://host,host/service"
        case .badService: "the name of the service is longer than 128 bytes or has control characters"
        case .hostOfSocket:
            "a socket has a path and no host; write three slashes, as in unix:///run/redis.sock, or unix://:password@/run/redis.sock"
        case .noSocketPath: "the path of the socket is missing; write unix:///run/redis.sock"
        case .badSocketPath: "the path of the socket ends with a slash or has control characters"
        case .longSocketPath: "the path of the socket is longer than 107 bytes, the limit of the kernel"
        case .unknownParameter(let name): "there is no parameter \(name); the only one is db, as in ?db=1"
        case .unnamedParameter: "there is a parameter other than db; the only one is db, as in ?db=1"
        }
    }

    private static let form = "write redis://:password@host:6379/0, or unix:///run/redis.sock"
}
