/// The source of a setting's value.
enum SettingOrigin: Equatable, Sendable, CustomStringConvertible {
    case flag
    case environment
    case environmentFile
    case fallback

    var description: String {
        switch self {
        case .flag: "flag"
        case .environment: "environment"
        case .environmentFile: "--env-file"
        case .fallback: "default"
        }
    }
}
