/// What is known of the paths that the regular expression of a `location` matches.
struct NginxExpression {
    /// What every such path begins with, in lower case; empty if that is not known.
    let beginning: String
    /// What they end with, in lower case; nil if that is not known.
    private let endings: [String]?

    init(_ expression: String) {
        let letters = Array(expression.lowercased())
        let hasChoice = Self.hasChoiceOutsideOfBrackets(letters)
        beginning = hasChoice ? "" : Self.beginning(of: letters)
        endings = hasChoice ? nil : Self.endings(of: letters)
    }

    /// Returns whether a path may match that a prefix matches too.
    func mayMatch(below prefix: String) -> Bool {
        let prefix = prefix.lowercased()
        return prefix.hasPrefix(beginning) || beginning.hasPrefix(prefix)
    }

    /// Returns whether a path may match that another expression matches too.
    func mayMatch(with other: NginxExpression) -> Bool {
        guard mayMatch(below: other.beginning) else { return false }
        guard let endings, let others = other.endings else { return true }
        return endings.contains { ending in
            others.contains { ending.hasSuffix($0) || $0.hasSuffix(ending) }
        }
    }

    private static func hasChoiceOutsideOfBrackets(_ letters: [Character]) -> Bool {
        var depth = 0
        for letter in letters {
            switch letter {
            case "(": depth += 1
            case ")": depth -= 1
            case "|" where depth == 0: return true
            default: break
            }
        }
        return false
    }

    private static func isPlain(_ letter: Character) -> Bool {
        letter.isLetter || letter.isNumber || "/-_~,=:@%&!".contains(letter)
    }

    /// Returns the letters after `^` up to the first that are no letters of a path themselves.
    private static func beginning(of letters: [Character]) -> String {
        guard letters.first == "^" else { return "" }
        var found: [Character] = []
        var index = 1
        while index < letters.count {
            let isEscaped = letters[index] == "\\" && index + 1 < letters.count
            let letter = isEscaped ? letters[index + 1] : letters[index]
            // A backslash before a letter is no letter but a class, such as \d.
            guard isEscaped ? !letter.isLetter && !letter.isNumber : isPlain(letter) else { break }
            index += isEscaped ? 2 : 1
            // The letter may be missing.
            if index < letters.count, "?*{".contains(letters[index]) { break }
            found.append(letter)
        }
        return String(found)
    }

    /// Returns the endings of an expression such as `\.php$` or `\.(css|jpe?g)$`.
    private static func endings(of letters: [Character]) -> [String]? {
        guard letters.last == "$" else { return nil }
        var rest = letters.dropLast()
        var choices = [""]
        if rest.last == ")" {
            guard let open = rest.lastIndex(of: "(") else { return nil }
            var inside = String(rest[(open + 1)...].dropLast())
            if inside.hasPrefix("?:") { inside.removeFirst(2) }
            guard !inside.hasPrefix("?") else { return nil }
            choices = []
            for choice in inside.split(separator: "|", omittingEmptySubsequences: false) {
                guard let forms = Self.forms(of: Array(choice)) else { return nil }
                choices += forms
            }
            rest = rest[..<open]
        }
        var tail: [Character] = []
        while let letter = rest.popLast() {
            if rest.last == "\\" {
                guard !letter.isLetter, !letter.isNumber else { break }
                rest.removeLast()
            } else if !isPlain(letter) {
                break
            }
            tail.insert(letter, at: 0)
        }
        let endings = choices.map { String(tail) + $0 }
        return endings.contains("") ? nil : endings
    }

    /// Returns what a choice such as `jpe?g` matches, or nil if that is more than plain letters.
    private static func forms(of choice: [Character]) -> [String]? {
        var forms = [""]
        var shorter = forms
        for letter in choice {
            if letter == "?" {
                forms += shorter
            } else {
                guard isPlain(letter) else { return nil }
                shorter = forms
                forms = forms.map { $0 + String(letter) }
            }
        }
        return forms
    }
}
