@testable import AuthFCGI

extension Pages {
    /// The program's own pages, which are known to be right.
    convenience init() {
        do throws(PagesProblem) {
            try self.init(PageTheme())
        } catch {
            preconditionFailure("\(error)")
        }
    }
}
