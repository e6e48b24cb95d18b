import TestSupport

/// How a pod loses a server, while everybody else keeps it.
enum PathCut: String, CaseIterable {
    /// Nothing comes through, and nobody says so.
    case silent
    case answersLost
    /// Connections are reset, and new ones refused.
    case refused

    func make(on path: SocketProxy) {
        switch self {
        case .silent: path.pause()
        case .answersLost: path.pause(.toClient)
        case .refused:
            path.refuse()
            path.cut()
        }
    }

    func mend(_ path: SocketProxy) throws {
        switch self {
        case .silent, .answersLost: path.resume()
        case .refused: try path.accept()
        }
    }
}
