internal import Sessions

extension SerializedResponse {
    /// Creates the answer 200 to a check, with the user's identity. Every identity header is present, if necessary
    /// empty, so that none that the client sent survives.
    ///
    /// Written from bytes to bytes, since nearly every request gets this answer. The values are encoded as in
    /// ``HeaderValue``.
    init(accepting session: PackedSession, to question: Exchange.Question) {
        let template = question == .authorizer ? IdentityTemplate.variables : .headers
        // At most three bytes for each byte, and a comma for each group.
        let size = template.bytes.count + 4 * session.bytes.count + 36
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var writer = unsafe ByteWriter(buffer)
            Self.write(session, template, to: &writer)
            count = writer.count
        }
        self.init(withoutBody: bytes)
    }

    private static func write(_ session: PackedSession, _ template: IdentityTemplate, to writer: inout ByteWriter) {
        let (fixed, ends, values) = (template.bytes.span, template.ends, session.bytes.span)
        let isPlain = session.isPlain
        var texts = session.texts
        func append(_ text: Range<Int>, alsoEncoding separator: UInt8? = nil) {
            if isPlain { return writer.append(values.extracting(text)) }
            PercentEncoding.append(values.extracting(text), alsoEncoding: separator, to: &writer)
        }
        writer.append(fixed.extracting(0..<ends[0]))
        append(texts.next(in: session))
        writer.append(fixed.extracting(ends[0]..<ends[1]))
        for index in 0..<texts.groupCount(in: session) {
            if index > 0 { writer.append(UInt8(ascii: ",")) }
            append(texts.next(in: session), alsoEncoding: UInt8(ascii: ","))
        }
        for place in 1..<4 {
            writer.append(fixed.extracting(ends[place]..<ends[place + 1]))
            append(texts.next(in: session))
        }
        writer.append(fixed.extracting(ends[4]..<ends[5]))
        writer.append(uuid: values.extracting(PackedSession.idRange))
        writer.append(fixed.extracting(ends[5]..<fixed.count))
    }
}

/// The constant parts of the answers to accepted checks.
private struct IdentityTemplate {
    let bytes: [UInt8]
    /// The positions of the values: user name, groups, name, e-mail, user id, session id.
    let ends: InlineArray<6, Int>

    static let headers = IdentityTemplate([
        .remoteUser, .remoteGroups, .remoteName, .remoteEmail, .authUserID, .authSessionID,
    ])

    static let variables = IdentityTemplate([
        .variable("REMOTE_USER"), .variable("REMOTE_GROUPS"), .variable("REMOTE_NAME"), .variable("REMOTE_EMAIL"),
        .variable("AUTH_USER_ID"), .variable("AUTH_SESSION_ID"),
    ])

    private init(_ names: InlineArray<6, HeaderName>) {
        var writer = ResponseWriter(.ok)
        var ends = InlineArray<6, Int>(repeating: 0)
        for index in 0..<6 {
            writer.append(names[index], "")
            ends[index] = writer.count
        }
        self.ends = ends
        bytes = writer.finish(contentType: nil, body: [])
    }
}
