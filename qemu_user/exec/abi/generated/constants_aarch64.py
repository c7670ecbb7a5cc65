"""Constants that differ on aarch64, from the headers of Linux 7.2.0; generated, do not edit."""

CONSTANTS: dict[str, int] = {
    "O_DIRECT": 65536,
    "O_LARGEFILE": 131072,
    "O_NOFOLLOW": 32768,
    "O_TMPFILE": 4210688,
    "O_DIRECTORY": 16384,
    "MINSIGSTKSZ": 5120,
}
