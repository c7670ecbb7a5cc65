"""Structures and constants of resource limits (man 2 getrlimit)."""

from __future__ import annotations

from .layout import U64, CStruct, ULong


class Rlimit(CStruct):
    """struct rlimit."""

    rlim_cur: ULong
    rlim_max: ULong


class Rlimit64(CStruct):
    """struct rlimit64 of prlimit64(2)."""

    rlim_cur: U64
    rlim_max: U64


# man 2 getrlimit
RLIMIT_CPU = 0
RLIMIT_FSIZE = 1
RLIMIT_DATA = 2
RLIMIT_STACK = 3
RLIMIT_CORE = 4
RLIMIT_RSS = 5
RLIMIT_NPROC = 6
RLIMIT_NOFILE = 7
RLIMIT_MEMLOCK = 8
RLIMIT_AS = 9
RLIMIT_LOCKS = 10
RLIMIT_SIGPENDING = 11
RLIMIT_MSGQUEUE = 12
RLIMIT_NICE = 13
RLIMIT_RTPRIO = 14
RLIMIT_RTTIME = 15

RLIM_NLIMITS = 16
