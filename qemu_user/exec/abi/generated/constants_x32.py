"""Constants that differ on x32, from the headers of Linux 7.2.0; generated, do not edit."""

CONSTANTS: dict[str, int] = {
    "FS_IOC_GETFLAGS": 2147771905,
    "FS_IOC_SETFLAGS": 1074030082,
    "FS_IOC_GETVERSION": 2147776001,
    "FS_IOC_SETVERSION": 1074034178,
}
