/// The sites that the suites of the examples share, each started when it is first needed.
enum ExampleSites {
    private static let fastAPI = Result { try ExampleSite(.fastAPI) }
    private static let php = Result { try ExampleSite(.php) }
    private static let node = Result { try ExampleSite(.node) }

    static func site(_ example: Example) throws -> ExampleSite {
        switch example {
        case .fastAPI: try fastAPI.get()
        case .php: try php.get()
        case .node: try node.get()
        }
    }
}
