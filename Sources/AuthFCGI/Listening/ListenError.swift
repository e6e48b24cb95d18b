internal import EventLoop

/// The reason why the program cannot listen.
enum ListenError: Error, Equatable, CustomStringConvertible {
    case inUse(String)
    case missingFolder(path: String)
    case notASocket(path: String)
    /// Another process has put something else in the place of the new socket.
    case replaced(path: String)
    case notPermitted(path: String)
    case group(path: String, group: UInt32, SystemError)
    case descriptor(Int32, String)
    case nothingPassed
    case tooMany(limit: Int)
    /// The descriptors that workers inherit beside the sockets cannot be created.
    case inheritance(SystemError)
    case failed(String, SystemError)

    var description: String {
        switch self {
        case .inUse(let name): "another process is listening on \(name)"
        case .missingFolder(let path):
            "the directory of \(path) does not exist; create it, owned by the user that runs this program"
        case .notASocket(let path): "\(path) exists and is not a socket; move the file or choose another path"
        case .replaced(let path):
            "another process has replaced \(path) at once; use a directory that only the user of this program may write to"
        case .notPermitted(let path):
            "no permission to create a socket in the directory of \(path); make the user that runs this program its owner"
        case .group(let path, let group, let error):
            "cannot change the group of \(path) to \(group): \(error.reason); the user that runs this program must be a member of the group"
        case .descriptor(let number, let problem): "descriptor \(number) \(problem)"
        case .nothingPassed:
            "LISTEN is systemd, but systemd passed no sockets; start the program with a service that has a .socket unit"
        case .tooMany(let limit): "more than \(limit) listening sockets"
        case .inheritance(let error): "cannot create the shared memory and pipes of the workers: \(error)"
        case .failed(let name, let error): "cannot listen on \(name): \(error)"
        }
    }

    /// The code for a temporary failure if a later start may succeed; that of settings if something has to be changed.
    var exitCode: Int32 {
        switch self {
        case .inUse: ProgramExit.temporary.rawValue
        case .missingFolder, .notASocket, .replaced, .notPermitted, .group, .descriptor, .nothingPassed, .tooMany,
            .inheritance, .failed:
            SettingsProblems.exitCode
        }
    }

    /// Runs `body` and adds a name to its error.
    static func naming<T: ~Copyable>(_ name: String, _ body: () throws(SystemError) -> T) throws(ListenError) -> T {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .failed(name, error)
        }
    }
}
