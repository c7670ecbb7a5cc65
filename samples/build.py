"""Builds the samples, and finds the compilers that samples and tests are built with.

    python samples/build.py                    all samples, into build/samples/ARCH/NAME
    python samples/build.py uipi_sample        only those named
    python samples/build.py --native           is there a compiler of the system for the samples?

C is compiled by gcc where it knows -muintr and can link statically, else by the clang inside the
ziglang package (musl). Assembly needs only Keystone.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
BUILD = ROOT / "build"
ARCHES = ("x86_64", "aarch64")
# What gcc's and zig's targets are called, where it is not ARCH-linux-gnu and ARCH-linux-musl.
GNU = {
    "i386": "i686-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "sparc32plus": "sparc64-linux-gnu",
    "sparc": "sparc64-linux-gnu",
    "ppc": "powerpc-linux-gnu",
    "ppc64": "powerpc64-linux-gnu",
    "ppc64le": "powerpc64le-linux-gnu",
    "mips64": "mips64-linux-gnuabi64",
    "mips64el": "mips64el-linux-gnuabi64",
}
MUSL = {
    "mips": "mips-linux-musleabihf",
    "mipsel": "mipsel-linux-musleabihf",
    "i386": "x86-linux-musl",
    "arm": "arm-linux-musleabihf",
    "armeb": "armeb-linux-musleabihf",
    "ppc": "powerpc-linux-musleabihf",
    "ppc64": "powerpc64-linux-musl",
    "ppc64le": "powerpc64le-linux-musl",
    "mips64": "mips64-linux-muslabi64",
    "mips64el": "mips64el-linux-muslabi64",
    "mipsn32": "mips64-linux-muslabin32",
    "mipsn32el": "mips64el-linux-muslabin32",
}
# Which of its targets a gcc is to compile for.
GNU_FLAGS = {"sparc32plus": ["-m32"], "sparc": ["-m32", "-mcpu=v8"]}
# What the engine executes right: it confuses the halves of registers that RISBHG and RISBLG name.
CPUS = {"s390x": "z13-high_word"}
FLAGS = ["-O2", "-Wall", "-Wextra", "-static", "-pthread", f"-I{SAMPLES}"]
TIMEOUT = 600  # seconds: ziglang builds a C library on its first use


class BuildError(Exception):
    """A sample cannot be built; the message says which and why."""


def environment() -> dict[str, str]:
    """The environment of compilers: whatever they cache stays in build/."""
    cache_dirs = {
        name: str(BUILD / "zig") for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR")
    }
    return {**os.environ, **cache_dirs, "LC_ALL": "C"}


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """The finished compiler run, its messages in stdout."""
    BUILD.mkdir(exist_ok=True)
    return subprocess.run(
        command, env=environment(), cwd=BUILD, timeout=TIMEOUT, text=True, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


@cache
def works(*command: str) -> bool:
    """Whether a compiler links a static program for its target with these arguments."""
    if not shutil.which(command[0]):
        return False
    BUILD.mkdir(exist_ok=True)
    probe = BUILD / f"probe.{os.getpid()}.c"
    output = BUILD / f"probe.{os.getpid()}"
    probe.write_text('#include <stdio.h>\nint main(void) { return puts("") < 0; }\n')
    done = run([*command, "-static", "-pthread", str(probe), "-o", str(output)])
    output.unlink(missing_ok=True)
    probe.unlink(missing_ok=True)
    return done.returncode == 0


@cache
def gcc(arch: str) -> str | None:
    """The name of a gcc for arch that links statically against glibc, or None."""
    names = [f"{GNU.get(arch, f'{arch}-linux-gnu')}-gcc"]
    if platform.machine() == arch:
        names.insert(0, "gcc")
    flags = GNU_FLAGS.get(arch, [])
    return next((name for name in names if works(name, *flags)), None)


@cache
def zig(arch: str) -> list[str] | None:
    """The command of ziglang's clang for arch with musl, or None when it is not installed."""
    if importlib.util.find_spec("ziglang") is None:
        return None
    target = MUSL.get(arch, f"{arch}-linux-musl")
    cpu = [f"-mcpu={CPUS[arch]}"] if arch in CPUS else []
    return [sys.executable, "-m", "ziglang", "cc", "-target", target, *cpu, "-g0"]


def compiler(arch: str, libc: str) -> list[str] | None:
    """The command of a C compiler for arch and libc ("glibc" or "musl"), or None."""
    if libc == "musl":
        return zig(arch)
    name = gcc(arch)
    return [name, *GNU_FLAGS.get(arch, [])] if name else None


def uses_uintr(source: Path) -> bool:
    """Whether a C source is about user interrupts, and so only for x86_64."""
    return "uintr/uintr.h" in source.read_text()


@cache
def compiler_of_sample(arch: str, uintr: bool) -> list[str]:
    """The compiler of a sample, raises BuildError when there is none."""
    name = gcc(arch)
    if name and (not uintr or works(name, "-muintr")):
        return [name, *(["-muintr"] if uintr else [])]
    command = zig(arch)
    if command is None:
        raise BuildError(f"no C compiler for {arch}: neither gcc nor the ziglang package works")
    return [*command, *(["-muintr"] if uintr else [])]


def build_c(source: Path, arch: str, output: Path) -> None:
    """Compiles one C sample; raises BuildError."""
    command = compiler_of_sample(arch, uses_uintr(source))
    output.parent.mkdir(parents=True, exist_ok=True)
    done = run([*command, *FLAGS, str(source), "-o", str(output)])
    if done.returncode != 0:
        raise BuildError(f"{source}:\n{done.stdout}")


def build_assembly(source: Path, output: Path) -> None:
    """Assembles one sample; raises BuildError."""
    if importlib.util.find_spec("keystone") is None:
        raise BuildError(f"{source}: the keystone-engine package is not installed")
    done = run([sys.executable, str(SAMPLES / "build_asm.py"), str(source), str(output)])
    if done.returncode != 0:
        raise BuildError(done.stdout.strip())


def assembly_arch(source: Path) -> str:
    """The architecture an assembly source is for: the end of its name, else x86_64."""
    return "aarch64" if source.stem.endswith("_aarch64") else "x86_64"


def samples(arch: str) -> dict[str, Path]:
    """The sources of all samples for arch, by name (assembly ones are called asm_NAME)."""
    found = {
        source.stem: source
        for source in sorted(SAMPLES.glob("*.c"))
        if arch == "x86_64" or not uses_uintr(source)
    }
    for source in sorted((SAMPLES / "asm").glob("*.s")):
        if assembly_arch(source) == arch:
            found[f"asm_{source.stem.removesuffix('_aarch64')}"] = source
    return found


def build(name: str, arch: str) -> Path:
    """The executable of a sample, compiled now unless it is newer than the sources."""
    source = samples(arch)[name]
    output = BUILD / "samples" / arch / name
    inputs = [source, SAMPLES / "uintr" / "uintr.h", SAMPLES / "build_asm.py"]
    newest = max(path.stat().st_mtime for path in inputs)
    if output.exists() and output.stat().st_mtime > newest:
        return output
    if source.suffix == ".s":
        build_assembly(source, output)
    else:
        build_c(source, arch, output)
    return output


def main(arguments: list[str]) -> int:
    """Builds what is named, or everything, and reports what cannot be built."""
    if arguments == ["--native"]:
        name = gcc("x86_64")
        return 0 if name and works(name, "-muintr") else 1
    failed = 0
    for arch in ARCHES:
        for name in samples(arch):
            if arguments and (name not in arguments or arch != "x86_64"):
                continue
            try:
                print(build(name, arch).relative_to(ROOT))
            except BuildError as error:
                print(error, file=sys.stderr)
                failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
