internal import CLinux
internal import Glibc

/// The number of processors that this process can keep busy: fewer than the machine has if it is bound to some of them,
/// or if its control group, such as a container's, has a limit of processor time.
enum ProcessorCount {
    static var usable: Int { min(allowed, quota ?? .max) }

    /// The number of processors on which the process may run (sched_getaffinity(2)).
    private static var allowed: Int {
        // One bit per processor, for the largest number that Linux can be built for.
        var set = [UInt8](repeating: 0, count: 8192 / 8)
        guard unsafe sched_getaffinity(0, set.count, &set) == 0 else {
            return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
        return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// The limit of the control group in whole processors; nil if there is none, or it cannot be read.
    private static var quota: Int? {
        guard let groups = try? TextFile.read("/proc/self/cgroup"), let path = controlGroup(groups),
            let limit = try? TextFile.read("/sys/fs/cgroup\(path)/cpu.max")
        else { return nil }
        return quota(limit)
    }

    /// Returns the path of the version 2 group in the text of /proc/self/cgroup (cgroups(7)).
    static func controlGroup(_ text: String) -> Substring? {
        text.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3)
    }

    /// Returns the limit in the text of cpu.max, rounded up to whole processors; nil for `max`, no limit. The text has
    /// the time and the period, both in microseconds.
    static func quota(_ text: String) -> Int? {
        let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
        guard numbers.count == 2, let time = numbers[0], let period = numbers[1], time > 0, period > 0 else {
            return nil
        }
        return (time + period - 1) / period
    }
}
