import Testing

@testable import AuthFCGI

/// The client's original request in FastCGI parameters.
@Suite struct OriginalRequestFastCGITests {
    private typealias Fact = OriginalRequest.Fact

    private func request(of records: FastCGIBytes) throws -> OriginalRequest {
        guard case .complete = records.verdict() else { throw NotComplete() }
        return OriginalRequest(fastCGI: records.bytes.span)
    }

    private struct NotComplete: Error {}

    private func request(_ pairs: [(String, String)]) throws -> OriginalRequest {
        // An empty record would be the end of the parameters.
        let begun = pairs.isEmpty ? FastCGIBytes().begin() : FastCGIBytes().begin().parameters(pairs)
        return try request(of: begun.endParameters().endBody())
    }

    private func bytes(_ request: OriginalRequest, _ fact: Fact) -> String {
        request.withBytes(of: fact) { value in
            String(decoding: value.indices.map { value[$0] }, as: UTF8.self)
        }
    }

    @Test func `the last value of a name counts, and a missing value differs from an empty one`() throws {
        let request = try request([
            ("REMOTE_ADDR", "1"), ("QUERY_STRING", ""), ("REMOTE_ADDR", "2"), ("REMOTE_ADDRS", "3"), ("", "4"),
        ])
        #expect(request[.clientAddress] == "2" && request.count(of: .clientAddress) == 2)
        #expect(request[.query]?.isEmpty == true && request[.host] == nil)
    }

    @Test(arguments: OriginalRequest.Fact.allCases)
    func `each fact is read from its own parameter`(_ fact: OriginalRequest.Fact) throws {
        let name = "\(fact.parameterName)"
        let others = [
            String(name.dropLast()), name + "S", "X" + name.dropFirst(), name.dropLast() + "_", name.lowercased(),
        ]
        let none = try request(others.map { ($0, "other") })
        #expect(none.count(of: fact) == 0 && none[fact] == nil && bytes(none, fact).isEmpty)
        let one = try request([("X", "y"), (name, "value")] + others.map { ($0, "other") })
        #expect(one.count(of: fact) == 1 && one[fact] == "value" && bytes(one, fact) == "value")
        let several = try request([(name, "1"), ("X", "y"), (name, ""), (name, "3")])
        #expect(several.count(of: fact) == 3 && several[fact] == "3" && bytes(several, fact) == "3")
        for other in Fact.allCases where other != fact { #expect(several.count(of: other) == 0) }
    }

    @Test func `a client's header never replaces a parameter of the front server`() throws {
        let own: [Fact] = [
            .path, .pathInfo, .method, .query, .clientAddress, .scheme, .host, .originalURI, .originalMethod,
            .requirement, .requestID,
        ]
        for fact in own {
            #expect(!"\(fact.parameterName)".hasPrefix("HTTP_"))
            // A client's header with the same name arrives as another parameter.
            let request = try request([("HTTP_\(fact.parameterName)", "the client's")])
            for other in Fact.allCases { #expect(request.count(of: other) == 0) }
        }
        #expect(Set(Fact.allCases.map { "\($0.parameterName)" }).count == Fact.allCases.count)
    }

    @Test func `all requirements are read in their order`() throws {
        let request = try request([
            ("AUTH_REQUIRE", "group a"), ("AUTH_REQUIRE", ""), ("X", "y"), ("AUTH_REQUIRE", "user é"),
        ])
        #expect(request.allRequirements == ["group a", "", "user é"])
        #expect(try self.request([]).allRequirements.isEmpty)
    }

    @Test func `a parameter that is repeated very often counts as repeated`() throws {
        for fact in [Fact.cookie, .authorization] {
            for count in [255, 256, 257, 2000] {
                let request = try request((0..<count).map { _ in ("\(fact.parameterName)", "x") })
                #expect(request.count(of: fact) == count)
            }
        }
    }

    @Test(arguments: [0, 1, 126, 127, 128, 129, 255, 256, 65_000])
    func `values of any length are read completely, with either encoding of the length`(_ count: Int) throws {
        let value = String(repeating: "v", count: count)
        let pairs = [("HTTP_COOKIE", value), ("HTTP_AUTHORIZATION", "Bearer x")]
        for isLong in [false, true] {
            let records = FastCGIBytes().begin().record(
                FastCGIBytes.parameters, FastCGIBytes.encode(pairs, long: isLong)
            ).endParameters()
            let request = try request(of: records)
            #expect(request[.cookie] == value && request[.authorization] == "Bearer x")
        }
    }

    @Test func `parameters are read the same however they are split into records`() throws {
        let pairs = [
            ("SCRIPT_NAME", "/auth/verify"), ("HTTP_COOKIE", String(repeating: "c", count: 200)),
            ("AUTH_REQUIRE", "group a"),
        ]
        let encoded = FastCGIBytes.encode(pairs)
        for cut in 1..<encoded.count {
            let records = FastCGIBytes().begin().record(
                FastCGIBytes.parameters, Array(encoded[..<cut]), padding: cut % 9
            )
            .record(FastCGIBytes.parameters, Array(encoded[cut...]), padding: 3).endParameters().endBody()
            let request = try request(of: records)
            #expect(request[.path] == "/auth/verify" && request.isFor(path: "/auth/verify"), "cut at \(cut)")
            #expect(request[.cookie] == pairs[1].1 && request.allRequirements == ["group a"], "cut at \(cut)")
        }
    }

    @Test func `records after the parameters are not read as parameters`() throws {
        let planted = FastCGIBytes.encode([("HTTP_COOKIE", "planted")])
        let records = FastCGIBytes().begin().parameters([
            ("CONTENT_LENGTH", "\(planted.count)"), ("HTTP_COOKIE", "own"),
        ])
        .endParameters().record(FastCGIBytes.standardInput, planted).endBody()
        let request = try request(of: records)
        #expect(request.count(of: .cookie) == 1 && request[.cookie] == "own")
    }

    @Test func `a path consists of SCRIPT_NAME and PATH_INFO`() throws {
        let plain = try request([("SCRIPT_NAME", "/auth/verify")])
        #expect(plain.isFor(path: "/auth/verify") && plain.fullPath == "/auth/verify")
        let longer = try request([("SCRIPT_NAME", "/auth/verify"), ("PATH_INFO", "/x")])
        #expect(!longer.isFor(path: "/auth/verify") && longer.fullPath == "/auth/verify/x")
        #expect(try request([("PATH_INFO", "/auth/me")]).fullPath == "/auth/me")
        #expect(try request([]).fullPath.isEmpty)
    }

    @Test func `an empty address counts as missing, and a long user agent is truncated`() throws {
        #expect(try request([("REMOTE_ADDR", "")]).clientAddress == nil)
        #expect(try request([("REMOTE_ADDR", "192.0.2.1")]).clientAddress == "192.0.2.1")
        let agent = String(repeating: "é", count: 300)
        #expect(try request([("HTTP_USER_AGENT", agent)]).userAgent == String(repeating: "é", count: 256))
        #expect(try request([]).userAgent == nil)
    }

    @Test func `bytes that are not UTF-8 are replaced`() throws {
        let records = FastCGIBytes().begin().record(
            FastCGIBytes.parameters, [12, 2] + Array("QUERY_STRING".utf8) + [0xff, 0x61]
        ).endParameters()
        #expect(try request(of: records)[.query] == "\u{fffd}a")
    }

    private func offered(_ pairs: [(String, String)]) throws -> String {
        switch try request(pairs).credentials(cookieName: Array("sid".utf8)) {
        case .none: "none"
        case .invalid(let source): "invalid \(source)"
        case .token(_, let source): "token \(source)"
        }
    }

    @Test func `a header that came twice is ambiguous`() throws {
        let token = "afs_" + String(repeating: "A", count: 54)
        let (bearer, cookie) = (("HTTP_AUTHORIZATION", "Bearer \(token)"), ("HTTP_COOKIE", "sid=\(token)"))
        #expect(try offered([]) == "none")
        #expect(try offered([bearer]) == "token bearer" && offered([cookie]) == "token cookie")
        #expect(try offered([cookie, bearer]) == "token bearer")
        #expect(try offered([bearer, bearer]) == "invalid bearer")
        #expect(try offered([cookie, cookie]) == "invalid severalCookies")
        #expect(try offered([bearer, cookie, cookie]) == "invalid severalCookies")
        #expect(try offered([bearer, bearer, cookie, cookie]) == "invalid bearer")
    }
}
