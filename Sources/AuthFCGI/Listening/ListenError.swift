internal import EventLoop

/// Why the program cannot listen where it should.
enum ListenError: Error, Equatable, CustomStringConvertible {
    case inUse(String)
    case missingFolder(path: String)
    case notASocket(path: String)
    case notPermitted(path: String)
    case group(path: String, group: UInt32, SystemError)
    case descriptor(Int32, String)
    case nothingPassed
    case tooMany(limit: Int)
    case failed(String, SystemError)

    var description: String {
        switch self {
        case .inUse(let name): "another process is listening on \(name)"
        case .missingFolder(let path):
            "the folder of \(path) does not exist; create it, with the user of this program as its owner"
        case .notASocket(let path): "\(path) exists and is not a socket; move it away or choose another path"
        case .notPermitted(let path):
            "no permission to make a socket in the folder of \(path); give the folder to the user of this program"
        case .group(let path, let group, let error):
            "\(path) cannot be given to group \(group): \(error.reason); the user of this program must be a member"
        case .descriptor(let number, let problem): "descriptor \(number) \(problem)"
        case .nothingPassed:
            "LISTEN says systemd, but systemd passed no sockets; is the program started by a unit that has a .socket?"
        case .tooMany(let limit): "more than \(limit) sockets to listen on"
        case .failed(let name, let error): "cannot listen on \(name): \(error)"
        }
    }

    /// EX_TEMPFAIL for what goes away by itself, EX_CONFIG for what somebody has to change.
    var exitCode: Int32 {
        switch self {
        case .inUse: 75
        case .missingFolder, .notASocket, .notPermitted, .group, .descriptor, .nothingPassed, .tooMany, .failed:
            SettingsProblems.exitCode
        }
    }

    /// Runs `body` and says what it was done for when it fails.
    static func naming<T: ~Copyable>(_ name: String, _ body: () throws(SystemError) -> T) throws(ListenError) -> T {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .failed(name, error)
        }
    }
}
