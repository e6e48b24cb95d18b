internal import Glibc

extension SettingsSources.Host {
    /// This machine.
    static var current: Self {
        .init(
            cores: ProcessorCount.usable,
            readFile: { path throws(TextFileError) in try TextFile.read(path) },
            userID: { name in
                // Returns static memory: only the main thread calls it, and no other thread calls it meanwhile.
                guard let entry = unsafe getpwnam(name) else { return nil }
                return unsafe entry.pointee.pw_uid
            },
            groupID: { name in
                guard let entry = unsafe getgrnam(name) else { return nil }
                return unsafe entry.pointee.gr_gid
            },
            account: { SystemAccount($0) })
    }
}
