internal import EventLoop
internal import Glibc

/// The present value of the header Date, written once a second.
@EventLoop
final class HTTPClock {
    private var second = -1
    private var text: [UInt8] = []

    /// The date by the wall clock, to the second.
    var date: [UInt8] {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
        if time.tv_sec != second {
            second = time.tv_sec
            text = Array(HTTPDate.text(secondsSince1970: max(0, second)).utf8)
        }
        return text
    }
}
