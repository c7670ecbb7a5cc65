"""Structures and constants of clocks, timers and time (man 2 clock_gettime, timer_create)."""

from __future__ import annotations

from .layout import I64, Array, CStruct, Int, Long, NarrowLong, UInt


class Timespec(CStruct):
    """struct timespec of the ABI's own long: seconds and nanoseconds."""

    tv_sec: Long
    tv_nsec: Long


class Timespec64(CStruct):
    """struct __kernel_timespec: what the …_time64 calls of 32-bit ABIs take."""

    tv_sec: I64
    tv_nsec: I64


class Timeval(CStruct):
    """struct timeval: seconds and microseconds."""

    tv_sec: Long
    tv_usec: NarrowLong


class Timeval64(CStruct):
    """struct __kernel_sock_timeval, the same everywhere."""

    tv_sec: I64
    tv_usec: I64


class Timezone(CStruct):
    """struct timezone of gettimeofday(2)."""

    tz_minuteswest: Int
    tz_dsttime: Int


class Itimerval(CStruct):
    """struct itimerval of setitimer(2)."""

    it_interval: Timeval
    it_value: Timeval


class Itimerspec(CStruct):
    """struct itimerspec of timer_settime(2) and timerfd_settime(2)."""

    it_interval: Timespec
    it_value: Timespec


class Itimerspec64(CStruct):
    """struct __kernel_itimerspec."""

    it_interval: Timespec64
    it_value: Timespec64


class Timex(CStruct):
    """struct timex of adjtimex(2)."""

    modes: UInt
    offset: Long
    freq: Long
    maxerror: Long
    esterror: Long
    status: Int
    constant: Long
    precision: Long
    tolerance: Long
    time: Timeval
    tick: Long
    ppsfreq: Long
    jitter: Long
    shift: Int
    stabil: Long
    jitcnt: Long
    calcnt: Long
    errcnt: Long
    stbcnt: Long
    tai: Int
    _pad0: tuple[int, ...] = Array(Int, 11)


class Tms(CStruct):
    """struct tms of times(2), in clock ticks."""

    tms_utime: Long
    tms_stime: Long
    tms_cutime: Long
    tms_cstime: Long


class Utimbuf(CStruct):
    """struct utimbuf of utime(2), in seconds."""

    actime: Long
    modtime: Long


# man 2 clock_gettime
CLOCK_REALTIME = 0
CLOCK_MONOTONIC = 1
CLOCK_PROCESS_CPUTIME_ID = 2
CLOCK_THREAD_CPUTIME_ID = 3
CLOCK_MONOTONIC_RAW = 4
CLOCK_REALTIME_COARSE = 5
CLOCK_MONOTONIC_COARSE = 6
CLOCK_BOOTTIME = 7
CLOCK_REALTIME_ALARM = 8
CLOCK_BOOTTIME_ALARM = 9
CLOCK_TAI = 11

# man 2 timer_settime, clock_nanosleep
TIMER_ABSTIME = 1

# man 2 setitimer
ITIMER_REAL = 0
ITIMER_VIRTUAL = 1
ITIMER_PROF = 2

# man 2 timerfd_create
TFD_TIMER_ABSTIME = 1
TFD_TIMER_CANCEL_ON_SET = 2
TFD_CLOEXEC = 0x80000
TFD_NONBLOCK = 0x800

# man 2 adjtimex
ADJ_OFFSET = 1
ADJ_FREQUENCY = 2
ADJ_MAXERROR = 4
ADJ_ESTERROR = 8
ADJ_STATUS = 0x10
ADJ_TIMECONST = 0x20
ADJ_TAI = 0x80
ADJ_SETOFFSET = 0x100
ADJ_MICRO = 0x1000
ADJ_NANO = 0x2000
ADJ_TICK = 0x4000
ADJ_OFFSET_SINGLESHOT = 0x8001
ADJ_OFFSET_SS_READ = 0xA001
STA_PLL = 1
STA_PPSFREQ = 2
STA_PPSTIME = 4
STA_FLL = 8
STA_INS = 0x10
STA_DEL = 0x20
STA_UNSYNC = 0x40
STA_FREQHOLD = 0x80
STA_PPSSIGNAL = 0x100
STA_PPSJITTER = 0x200
STA_PPSWANDER = 0x400
STA_PPSERROR = 0x800
STA_CLOCKERR = 0x1000
STA_NANO = 0x2000
STA_MODE = 0x4000
STA_CLK = 0x8000
TIME_OK = 0
TIME_INS = 1
TIME_DEL = 2
TIME_OOP = 3
TIME_WAIT = 4
TIME_ERROR = 5
