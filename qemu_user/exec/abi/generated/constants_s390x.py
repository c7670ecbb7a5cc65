"""Constants that differ on s390x, from the headers of Linux 7.2.0; generated, do not edit."""

CONSTANTS: dict[str, int] = {
    "POSIX_FADV_DONTNEED": 6,
    "POSIX_FADV_NOREUSE": 7,
    "FIOQSIZE": 21598,
}
