import Testing

@testable import AuthFCGI

@Suite struct ProcessorCountTests {
    @Test(arguments: [
        ("max 100000\n", nil), ("100000 100000\n", 1), ("50000 100000", 1), ("150000 100000\n", 2),
        ("400000 100000", 4),
        ("", nil), ("100000", nil), ("0 100000", nil), ("100000 0", nil), ("-1 100000", nil), ("x y", nil),
    ])
    func `a control group's limit counts in whole processors`(text: String, processors: Int?) {
        #expect(ProcessorCount.quota(text) == processors)
    }

    @Test func `the path of the version 2 group is found`() {
        #expect(
            ProcessorCount.controlGroup("12:cpu:/v1\n0::/system.slice/authfcgi.service\n")
                == "/system.slice/authfcgi.service")
        #expect(ProcessorCount.controlGroup("0::/\n") == "/")
        #expect(ProcessorCount.controlGroup("3:cpu,cpuacct:/x\n") == nil)
    }

    @Test func `there is at least one processor`() { #expect(ProcessorCount.usable >= 1) }
}
