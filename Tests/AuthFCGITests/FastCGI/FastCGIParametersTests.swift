import Testing

@testable import AuthFCGI

/// What a request's records say of its parameters.
@Suite struct FastCGIParametersTests {
    private func parameters(of request: FastCGIBytes) throws -> FastCGIParameters {
        guard case .complete = request.verdict() else { throw NotComplete() }
        return FastCGIParameters(of: request.bytes.span)
    }

    private struct NotComplete: Error {}

    private func parameters(_ pairs: [(String, String)]) throws -> FastCGIParameters {
        try parameters(of: FastCGIBytes().begin().parameters(pairs).endParameters().endBody())
    }

    private func text(_ parameters: FastCGIParameters, _ name: StaticString) -> String? {
        parameters.lastValue(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    private func text(_ parameters: FastCGIParameters, _ parameter: CheckParameter) -> String {
        parameters.withLastValue(of: parameter) { value in
            String(decoding: value.indices.map { value[$0] }, as: UTF8.self)
        }
    }

    @Test func `the last value of a name counts, and none is not an empty one`() throws {
        let parameters = try parameters([("A", "1"), ("B", ""), ("A", "2"), ("AA", "3"), ("", "4")])
        #expect(text(parameters, "A") == "2" && text(parameters, "AA") == "3" && text(parameters, "") == "4")
        #expect(text(parameters, "B")?.isEmpty == true && text(parameters, "C") == nil)
    }

    @Test(arguments: CheckParameter.allCases)
    func `what checks ask for is found, counted, and not taken for its neighbours`(_ parameter: CheckParameter) throws {
        let name = "\(parameter.name)"
        let others = [
            String(name.dropLast()), name + "S", "X" + name.dropFirst(), name.dropLast() + "_", name.lowercased(),
        ]
        let none = try parameters(others.map { ($0, "other") })
        #expect(none.count(of: parameter) == 0 && text(none, parameter).isEmpty)
        let one = try parameters([("X", "y"), (name, "value")] + others.map { ($0, "other") })
        #expect(one.count(of: parameter) == 1 && text(one, parameter) == "value")
        let several = try parameters([(name, "1"), ("X", "y"), (name, ""), (name, "3")])
        #expect(several.count(of: parameter) == 3 && text(several, parameter) == "3")
        for other in CheckParameter.allCases where other != parameter { #expect(several.count(of: other) == 0) }
    }

    @Test(arguments: [0, 1, 126, 127, 128, 129, 255, 256, 65_000])
    func `values of any length come whole, whatever form their length has`(_ count: Int) throws {
        let value = String(repeating: "v", count: count)
        let pairs = [("HTTP_COOKIE", value), ("HTTP_AUTHORIZATION", "Bearer x")]
        for isLong in [false, true] {
            let request = FastCGIBytes().begin().record(
                FastCGIBytes.parameters, FastCGIBytes.encode(pairs, long: isLong)
            ).endParameters()
            let parameters = try parameters(of: request)
            #expect(text(parameters, .cookie) == value && text(parameters, .authorization) == "Bearer x")
        }
    }

    @Test func `parameters that are cut into records anywhere, with padding, are the same`() throws {
        let pairs = [
            ("SCRIPT_NAME", "/auth/verify"), ("HTTP_COOKIE", String(repeating: "c", count: 200)),
            ("AUTH_REQUIRE", "group a"),
        ]
        let bytes = FastCGIBytes.encode(pairs)
        for cut in 1..<bytes.count {
            let request = FastCGIBytes().begin().record(FastCGIBytes.parameters, Array(bytes[..<cut]), padding: cut % 9)
                .record(FastCGIBytes.parameters, Array(bytes[cut...]), padding: 3).endParameters().endBody()
            let parameters = try parameters(of: request)
            #expect(text(parameters, .scriptName) == "/auth/verify", "cut at \(cut)")
            #expect(text(parameters, .cookie) == pairs[1].1 && text(parameters, .require) == "group a", "cut at \(cut)")
        }
    }

    @Test func `what follows the parameters is none of them`() throws {
        let planted = FastCGIBytes.encode([("HTTP_COOKIE", "planted")])
        let request = FastCGIBytes().begin().parameters([
            ("CONTENT_LENGTH", "\(planted.count)"), ("HTTP_COOKIE", "own"),
        ])
        .endParameters().record(FastCGIBytes.standardInput, planted).endBody()
        let parameters = try parameters(of: request)
        #expect(parameters.count(of: .cookie) == 1 && text(parameters, .cookie) == "own")
    }
}
