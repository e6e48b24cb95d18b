internal import CLinux
internal import Glibc

/// How many processors this process can keep busy: fewer than the machine has where it is bound to some of them, or where
/// its control group, such as a container with a limit, gets less of their time.
enum ProcessorCount {
    static var usable: Int { min(allowed, quota ?? .max) }

    /// Those it may run on.
    private static var allowed: Int {
        // A bit each, for as many as Linux can be built for.
        var set = [UInt8](repeating: 0, count: 8192 / 8)
        guard unsafe sched_getaffinity(0, set.count, &set) == 0 else {
            return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        }
        return max(1, set.reduce(0) { $0 + $1.nonzeroBitCount })
    }

    /// What its control group gets, in whole processors; nil: no limit, or none that can be read.
    private static var quota: Int? {
        guard let groups = try? TextFile.read("/proc/self/cgroup"), let path = controlGroup(groups),
            let limit = try? TextFile.read("/sys/fs/cgroup\(path)/cpu.max")
        else { return nil }
        return quota(limit)
    }

    /// The path of the group in /proc/self/cgroup's line of version 2, as in cgroups(7).
    static func controlGroup(_ text: String) -> Substring? {
        text.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3)
    }

    /// What cpu.max says: microseconds of time, or max, in each period of so many. Of a started processor there is all.
    static func quota(_ text: String) -> Int? {
        let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
        guard numbers.count == 2, let time = numbers[0], let period = numbers[1], time > 0, period > 0 else {
            return nil
        }
        return (time + period - 1) / period
    }
}
