/// The sites that are shared by the suites of the examples. Each is started when it is first used.
enum ExampleSites {
    private static let sites = OncePer<Example, ExampleSite> { try ExampleSite($0) }

    static func site(_ example: Example) throws -> ExampleSite { try sites.get(example) }
}
