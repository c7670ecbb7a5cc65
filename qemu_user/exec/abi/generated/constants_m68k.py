"""Constants that differ on m68k, from the headers of Linux 7.2.0; generated, do not edit."""

CONSTANTS: dict[str, int] = {
    "O_DIRECT": 65536,
    "O_LARGEFILE": 131072,
    "O_NOFOLLOW": 32768,
    "O_TMPFILE": 4210688,
    "O_DIRECTORY": 16384,
    "FS_IOC_GETFLAGS": 2147771905,
    "FS_IOC_SETFLAGS": 1074030082,
    "FS_IOC_GETVERSION": 2147776001,
    "FS_IOC_SETVERSION": 1074034178,
    "POLLWRNORM": 4,
    "POLLWRBAND": 256,
    "FIOQSIZE": 21598,
}
