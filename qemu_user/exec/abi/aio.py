"""Structures and constants of asynchronous input and output (man 2 io_submit)."""

from __future__ import annotations

from .layout import I64, S16, U16, U32, U64, Array, CStruct


class Iocb(CStruct):
    """struct iocb. Key and flags change places with the byte order."""

    aio_data: U64
    _pad_key_and_flags: tuple[int, ...] = Array(U32, 2)
    aio_lio_opcode: U16
    aio_reqprio: S16
    aio_fildes: U32
    aio_buf: U64
    aio_nbytes: U64
    aio_offset: I64
    aio_reserved2: U64
    aio_flags: U32
    aio_resfd: U32


class IoEvent(CStruct):
    """struct io_event: what became of a request."""

    data: U64
    obj: U64
    res: I64
    res2: I64


IOCB_CMD_PREAD = 0
IOCB_CMD_PWRITE = 1
IOCB_CMD_FSYNC = 2
IOCB_CMD_FDSYNC = 3
IOCB_CMD_POLL = 5
IOCB_CMD_NOOP = 6
IOCB_CMD_PREADV = 7
IOCB_CMD_PWRITEV = 8
IOCB_FLAG_RESFD = 1
