internal import EventLoop

/// The parameter `rd` of a sign-in address.
///
/// There are two spellings. nginx cannot escape: `rd=$request_uri` is the URI of a request as it is, to the end of the
/// query, its own `?` and `&` included. Fronts that can escape (`X-Auth-Location`, scripts) escape all of it, so that it
/// begins with `%2F`; ingress-nginx escapes all behind the host.
extension RedirectTarget {
    /// Returns the text that the query offers as target; nil if it offers none.
    static func text(inQuery query: String) -> String? {
        // As nginx sends a visitor here.
        if query.utf8.starts(with: "rd=/".utf8) { return String(Substring(query.utf8.dropFirst("rd=".utf8.count))) }
        let query = Array(query.utf8)
        guard let start = startOfValue(query) else { return nil }
        let value = query[start...]
        if value.first == UInt8(ascii: "/") { return String(decoding: value, as: UTF8.self) }
        guard let host = startOfHost(value) else { return decoded(value) }
        let end = value[host...].firstIndex { "/?#%&".utf8.contains($0) } ?? value.endIndex
        guard end < value.endIndex, value[end] == UInt8(ascii: "%") || value[end] == UInt8(ascii: "&") else {
            return String(decoding: value, as: UTF8.self)
        }
        return decoded(value[end...]).map { String(decoding: value[..<end], as: UTF8.self) + $0 }
    }

    /// The sign-in page of this site with the target as the place to return to.
    var signInPath: String {
        guard self != .home else { return SignInRounds.path }
        var bytes = Array("\(SignInRounds.path)?rd=".utf8)
        SignInAddress.append(text.utf8Span.span, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The position behind the first `rd=` that begins a parameter.
    private static func startOfValue(_ query: [UInt8]) -> Int? {
        let name = Array("rd=".utf8)
        var start = 0
        while start < query.count {
            if query[start...].starts(with: name) { return start + name.count }
            guard let next = query[start...].firstIndex(of: UInt8(ascii: "&")) else { return nil }
            start = next + 1
        }
        return nil
    }

    /// The position of the host in an unescaped URL; nil for any other text.
    private static func startOfHost(_ value: ArraySlice<UInt8>) -> Int? {
        for scheme in ["https://", "http://"] where value.map(\.asciiLowercased).starts(with: scheme.utf8) {
            return value.startIndex + scheme.utf8.count
        }
        return nil
    }

    /// Decodes a parameter, which ends at the next `&`.
    private static func decoded(_ value: ArraySlice<UInt8>) -> String? {
        do throws(PercentDecoding.Problem) {
            return try PercentDecoding.text(value.prefix { $0 != UInt8(ascii: "&") })
        } catch {
            return nil
        }
    }
}
