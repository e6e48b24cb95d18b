/// The sites that are shared by the suites of the examples. Each is started when it is first used.
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
