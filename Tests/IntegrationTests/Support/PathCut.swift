import TestSupport

/// The ways in which a pod loses its connection to a server while all other clients keep theirs.
enum PathCut: String, CaseIterable {
    /// No bytes are forwarded, and connections stay open.
    case silent
    case answersLost
    /// Connections are reset, and new ones are refused.
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
