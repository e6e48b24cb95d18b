import FoundationEssentials
import TestSupport
import Testing

@testable import AuthFCGI

/// `docs/openapi.yaml` and the program have the same paths, methods, errors and version. That its answers are those of the
/// program, the integration tests see.
@Suite struct OpenAPIDocumentTests {
    private let lines: [Substring]

    init() throws {
        lines = try Repository.text("docs/openapi.yaml").split(separator: "\n")
    }

    /// The methods of each path.
    private var operations: [String: Set<String>] {
        var operations: [String: Set<String>] = [:]
        var path: String?
        for line in lines where line.hasPrefix("  ") && line.hasSuffix(":") {
            if line.hasPrefix("  /") {
                path = String(line.dropFirst(2).dropLast())
            } else if let path, ["    get:", "    post:", "    delete:"].contains(line) {
                operations[path, default: []].insert(line.dropLast().trimmed.uppercased())
            }
        }
        return operations
    }

    @Test func `The program has each operation of the description`() {
        #expect(operations.count > 10)
        for (path, methods) in operations {
            // A demand in a path is found before there is a route.
            guard PathDemand(path: path.utf8Span.span) == nil else { continue }
            let path = path.replacing("{id}", with: "f38558e5-0f0c-4a2e-8c51-0d3c6d4d6f2f")
            for method in ["GET", "POST", "DELETE"] {
                let route = Route(path: path, method: method)
                if methods.contains(method) {
                    #expect(route != .unknown && !route.isRefusal, "\(method) \(path)")
                } else {
                    // Checks have any method.
                    #expect(route.isRefusal || route == .verify || route == .forward, "\(method) \(path)")
                }
            }
        }
    }

    @Test func `The program reads a demand where the description has one`() throws {
        let path = try #require(operations.keys.first { $0.hasSuffix("/{demand}") })
        #expect(operations[path] == ["GET"])
        let asked = path.replacing("{demand}", with: "group%20staff")
        let demand = PathDemand(path: asked.utf8Span.span)
        #expect(demand == .text("group staff"))
    }

    @Test func `The description has each path of the program`() throws {
        let source = try Repository.text("Sources/AuthFCGI/Routes/Route.swift")
        let paths = source.split(separator: "\"").filter { $0.hasPrefix("/") && !$0.hasSuffix("/") }.map(String.init)
        #expect(paths.count > 10)
        #expect(Set(paths).subtracting(operations.keys) == [])
    }

    @Test func `The description has each error that a client can get`() throws {
        let start = try #require(lines.firstIndex { $0.hasSuffix("error:") }.map { $0 + 4 })
        let described = lines[start...].prefix { $0.contains("- ") }.map { String($0.trimmed.dropFirst(2)) }
        let sources = Repository.path("Sources/AuthFCGI")
        var codes: Set<String> = ["too_many_requests"]
        for file in try FileManager.default.subpathsOfDirectory(atPath: sources) where file.hasSuffix(".swift") {
            for part in try Repository.text("Sources/AuthFCGI/\(file)").split(separator: "code: \"").dropFirst() {
                codes.insert(String(part.prefix { $0 != "\"" }))
            }
        }
        // No request leads to it.
        codes.remove("internal")
        #expect(described == codes.sorted())
    }

    /// Statuses that every path can have are in the introduction.
    @Test func `The description has each status that a client can get`() throws {
        let text = lines.joined(separator: "\n")
        // No request leads to 500.
        for status in HTTPStatus.allCases where status != .internalServerError {
            let code = String(status.rawValue)
            #expect(text.contains("'\(code)':") || text.contains(" \(code)"), "\(code)")
        }
    }

    @Test func `The description has each header of the program's answers`() throws {
        let text = lines.joined(separator: "\n")
        let source = try Repository.text("Sources/AuthFCGI/HTTP/HeaderName.swift")
        let names = source.split(separator: "= HeaderName(\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(names.count > 15 && names.contains("X-Auth-Location"))
        for name in names { #expect(text.contains("\(name):") || text.contains("`\(name)`"), "\(name)") }
    }

    @Test func `The description has the program's version`() {
        #expect(lines.contains("  version: \(Version.current)"))
    }
}

extension Route {
    /// True for the route of a method that the path does not have.
    fileprivate var isRefusal: Bool {
        if case .methodNotAllowed = self { true } else { false }
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " } }
}
