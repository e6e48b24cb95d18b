internal import EventLoop

/// What the path of a check demands beyond a session: `/auth/require/group%20admin`.
///
/// The operator configures the path. Whatever follows the one segment is ignored: some fronts put the client's own path
/// behind it. It is not tidied up either, so that no `..` in it leads out of the demand.
enum PathDemand: Equatable {
    /// The text of a ``Requirement``.
    case text(String)
    /// A segment that is empty, or no percent-encoded text.
    case unreadable(String)

    private static let prefix: StaticString = "/auth/require/"

    /// Returns nil for any other path.
    init?(path: borrowing Span<UInt8>) {
        let start = Self.prefix.utf8CodeUnitCount
        guard path.count >= start, path.extracting(0..<start).equals(Self.prefix) else { return nil }
        let end = path.firstIndex(of: UInt8(ascii: "/"), from: start) ?? path.count
        var segment: [UInt8] = []
        segment.append(bytes: path.extracting(start..<end))
        do throws(PercentDecoding.Problem) {
            let text = try PercentDecoding.text(segment[...])
            self = text.isEmpty ? .unreadable("") : .text(text)
        } catch {
            self = .unreadable(String(decoding: segment, as: UTF8.self))
        }
    }
}

extension OriginalRequest {
    /// What the path demands; nil for a path without a demand.
    var pathDemand: PathDemand? {
        guard withBytes(of: .pathInfo, { $0.isEmpty }) else {
            let path = Array(fullPath.utf8)
            return PathDemand(path: path.span)
        }
        return withBytes(of: .path) { path in PathDemand(path: path) }
    }
}
