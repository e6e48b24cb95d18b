/// What a `location` matches.
struct NginxLocation: Equatable, Sendable {
    /// How the path is compared.
    enum Comparison: Sendable {
        /// `location /path`
        case prefix
        /// `location = /path`
        case exact
        /// `location ^~ /path`, which no regular expression takes over.
        case decisivePrefix
        /// `location ~ expression` and `location ~* expression`
        case expression
        /// `location @name`, for internal redirects alone.
        case named
    }

    let comparison: Comparison
    /// The path, the expression, or the name with its @.
    let path: String

    /// - Parameter arguments: The arguments of the directive. The sign may be written without a space after it.
    init(_ arguments: [String]) {
        let signs: [(String, Comparison)] = [
            ("=", .exact), ("^~", .decisivePrefix), ("~*", .expression), ("~", .expression),
        ]
        let first = arguments.first ?? ""
        if arguments.count > 1 {
            comparison = signs.first { $0.0 == first }?.1 ?? .prefix
            path = arguments[1]
        } else if first.hasPrefix("@") {
            comparison = .named
            path = first
        } else if let (sign, comparison) = signs.first(where: { first.hasPrefix($0.0) }) {
            self.comparison = comparison
            path = String(first.dropFirst(sign.count))
        } else {
            comparison = .prefix
            path = first
        }
    }
}
