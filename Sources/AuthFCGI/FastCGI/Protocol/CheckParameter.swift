/// The parameters that every check asks for: they are found in one pass, when the request is read.
enum CheckParameter: Int, CaseIterable {
    case scriptName
    case pathInfo
    case authorization
    case cookie
    case require

    var name: StaticString {
        switch self {
        case .scriptName: "SCRIPT_NAME"
        case .pathInfo: "PATH_INFO"
        case .authorization: "HTTP_AUTHORIZATION"
        case .cookie: "HTTP_COOKIE"
        case .require: "AUTH_REQUIRE"
        }
    }
}
