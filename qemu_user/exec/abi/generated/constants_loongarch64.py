"""Constants that differ on loongarch64, from the headers of Linux 7.2.0; generated, do not edit."""

CONSTANTS: dict[str, int] = {
    "MINSIGSTKSZ": 4096,
}
