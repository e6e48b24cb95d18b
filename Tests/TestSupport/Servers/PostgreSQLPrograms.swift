import FoundationEssentials

/// The machine's newest PostgreSQL server programs.
struct PostgreSQLPrograms: Sendable {
    private let folder: String

    init() throws {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap(Int.init).sorted().last {
            FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/initdb")
        }
        guard let newest else { throw SupportError.unexpected("no PostgreSQL server under \(root)") }
        folder = "\(root)/\(newest)/bin"
    }

    func path(_ program: String) -> String { "\(folder)/\(program)" }
}
