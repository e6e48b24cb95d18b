@testable import AuthFCGI

extension PageLanguage {
    /// The program's own English texts, which browsers get that ask for no other language.
    static let english: PageLanguage = {
        do throws(PagesProblem) {
            return try PageLanguages(own: [:], keys: []).all[0]
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
