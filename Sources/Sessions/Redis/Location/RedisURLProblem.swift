/// Why a text is no `REDIS_URL`, in words that say what to write instead.
///
/// A URL that is not well-formed may have its password anywhere, so a problem holds nothing of the URL but words that
/// are known beforehand, and the name of a parameter that can be nothing else.
public enum RedisURLProblem: Error, Equatable, Sendable {
    case empty
    case whitespace
    /// There is no scheme, or it is not followed by a colon.
    case noScheme
    case unknownScheme
    /// A URL of a well-known kind that is not Redis; `scheme` is one of a fixed list.
    case otherServer(scheme: String)
    /// `scheme` is one of ours.
    case noSlashes(scheme: String)
    case fragment
    case fragmentForService
    /// An @ behind the part with the hosts.
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
    /// A parameter whose name cannot be shown.
    case unnamedParameter
}

extension RedisURLProblem: CustomStringConvertible {
    /// What is wrong and what to write instead, as the end of a sentence.
    public var description: String {
        switch self {
        case .empty: "it is empty; \(Self.form)"
        case .whitespace:
            "it contains whitespace or control characters; in a password write them percent-encoded, such as %20"
        case .noScheme: "there is no redis:// in front; \(Self.form)"
        case .unknownScheme:
            "it begins with none of redis://, rediss://, redis+sentinel://, redis+cluster:// and unix://; \(Self.form)"
        case .otherServer(let scheme): "this is the URL of something else (\(scheme)); \(Self.form)"
        case .noSlashes(let scheme): "two slashes are missing after \"\(scheme):\"; \(Self.form)"
        case .fragment: "nothing may follow after a #; a # in a password is written %23"
        case .fragmentForService:
            "nothing may follow after a #; the service stands behind the hosts, as in redis+sentinel://host,host/service/0, and a # in a password is written %23"
        case .misplacedAt:
            "there is an @ behind the first / or ?; in a password write / as %2F, ? as %3F and @ as %40, in a path @ as %40"
        case .badEscape: "a % is not followed by two hexadecimal digits; a % itself is written %25"
        case .notUTF8: "what is percent-encoded is not UTF-8 text"
        case .emptyUserInfo: "nothing stands before the @; write redis://:password@host, or the host alone"
        case .emptyPassword:
            "the password is empty; write redis://user:password@host or redis://:password@host, or the host alone"
        case .emptyHost:
            "a host is missing; \(Self.form). If what stands there is a password, an @ and the host must follow"
        case .badHost:
            "a host is neither a name of letters, digits, dots and hyphens nor an address; \(Self.form)"
        case .addressWithoutBrackets:
            "there are too many colons; an IPv6 address stands in brackets: redis://[::1]:6379"
        case .badAddress: "what stands in brackets is no IPv6 address; write redis://[::1]:6379"
        case .badPort:
            "a port is no number from 1 to 65535; \(Self.form). If what stands there is a password, an @ and the host must follow"
        case .severalHosts:
            "redis:// takes one host; for several write redis+sentinel://host,host/service or redis+cluster://host,host"
        case .badDatabase: "the database is no number from 0 to 65535; write redis://host/0 or ?db=0"
        case .databaseTwice: "the database is said twice; write either /0 or ?db=0"
        case .databaseInCluster: "a cluster has database 0 only; leave the number out"
        case .longPath: "too much follows behind the host; \(Self.form)"
        case .noService: "the service that the sentinels watch is missing; write redis+sentinel://host,host/service"
        case .badService: "the name of the service is longer than 128 bytes or has control characters"
        case .hostOfSocket:
            "a socket has a path and no host; write three slashes, as in unix:///run/redis.sock, or unix://:password@/run/redis.sock"
        case .noSocketPath: "the path of the socket is missing; write unix:///run/redis.sock"
        case .badSocketPath: "the path of the socket ends with a slash or has control characters"
        case .longSocketPath: "the path of the socket is longer than the 107 bytes that the kernel takes"
        case .unknownParameter(let name): "there is no parameter \(name); the only one is db, as in ?db=1"
        case .unnamedParameter: "there is a parameter other than db; the only one is db, as in ?db=1"
        }
    }

    private static let form = "write redis://:password@host:6379/0, or unix:///run/redis.sock"
}
