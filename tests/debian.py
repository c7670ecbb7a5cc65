"""Sysroots made of Debian packages, fetched by the machine's apt-get and unpacked without root.

    sysroot(arch, kind) -> Path          build/debian/<kind>-<arch>/root; raises Unavailable
    run_native(kind, argv, work) -> Result     a command in amd64's, by the machine's own kernel
    run_ours(arch, kind, argv, work) -> Result           the same under the emulator

There are five kinds, so that what needs few packages does not wait for many: "programs", "core",
which are a few of them, "newer", the same of a later release of Debian, "tools", which are a
compiler and a debugger, and "cpython", a Python with its own tests.

apt-get gets a configuration, an index and a list of installed packages of its own, so that it
chooses all the dependencies and the machine's own packages stay as they are.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from samples import build
from tests import programs

CACHE = build.BUILD / "debian"
SOURCES = Path("/etc/apt")
PACKAGES = {
    "programs": (
        "bash", "busybox", "coreutils", "dash", "diffutils", "findutils", "git", "grep", "gron",
        "gzip", "hexyl", "libc-bin", "lua5.4", "luajit", "make", "mawk", "openssh-client",
        "openssl", "perl-base", "python3", "ripgrep", "rsync", "sed", "sqlite3", "strace", "tar",
        "xz-utils",
    ),
    "core": (
        "bash", "coreutils", "dash", "diffutils", "findutils", "git", "grep", "libc-bin",
        "perl-base", "python3", "sed", "sqlite3", "strace", "tar",
    ),
    "tools": (
        "bash", "binutils", "coreutils", "dash", "gcc", "gdb", "grep", "libc-bin", "libc6-dev",
        "sed",
    ),
    "cpython": ("coreutils", "dash", "libc-bin", r"^libpython3\.[0-9]+-testsuite$", "python3"),
}  # fmt: skip
PACKAGES["newer"] = PACKAGES["core"]
NEWER = "trixie"  # the release of "newer"
NEW_PORTS = ("riscv64",)  # that came with it
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Dependencies that nothing needs which is run: they are said to be there already.
ASSUMED = {
    "core": (
        "base-files", "debianutils", "dpkg", "libcurl3-gnutls", "liberror-perl",
        "libnsl2", "media-types", "perl",
    ),
}  # fmt: skip
ASSUMED["newer"] = ASSUMED["core"]
# Debian's names of what it has a port for, and the emulator's.
PORTS = {
    "amd64": "x86_64", "arm64": "aarch64", "armhf": "arm", "armel": "arm", "i386": "i386",
    "mipsel": "mipsel", "mips64el": "mips64el", "ppc64el": "ppc64le", "riscv64": "riscv64",
    "s390x": "s390x",
}  # fmt: skip
MERGED = ("bin", "sbin", "lib", "lib64")  # symbolic links to the same below usr
NOT_FILES = ("dev", "proc", "run", "sys", "tmp")  # of the machine, not of a package
ENVIRONMENT = {
    "HOME": "/nonexistent", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
    "TZ": "UTC", "TERM": "dumb", "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip
APT_TIMEOUT = 100.0  # seconds, of one apt-get


class Unavailable(Exception):
    """There can be no sysroot here; the text says why."""


def home_of(arch: str, kind: str) -> Path:
    """Where a sysroot and what belongs to it are."""
    return CACHE / f"{kind}-{arch}"


def apt_get(arch: str, home: Path, *words: str) -> None:
    """apt-get for an architecture with everything it writes below home; raises Unavailable."""
    options = {
        "APT::Architecture": arch,
        "APT::Architectures": arch,
        "APT::Sandbox::User": "",
        "APT::Install-Recommends": "false",
        "APT::Update::Error-Mode": "any",
        "Acquire::Languages": "none",
        "Acquire::Retries": "1",
        "Acquire::http::Timeout": "10",
        "Acquire::https::Timeout": "10",
        "Debug::NoLocking": "true",
        "Dir::Cache": str(home / "cache"),
        "Dir::Etc::sourcelist": str(home / "etc" / "sources.list"),
        "Dir::Etc::sourceparts": str(home / "etc" / "sources.list.d"),
        "Dir::State": str(home / "state"),
        "Dir::State::status": str(home / "state" / "status"),
    }
    command = ["apt-get", "-q", "-y", *(f"-o{key}={value}" for key, value in options.items())]
    try:
        done = subprocess.run(
            [*command, *words], capture_output=True, text=True, timeout=APT_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"apt-get {words[0]} takes longer than {APT_TIMEOUT:.0f} s") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))]
        raise Unavailable(f"apt-get {words[0]} for {arch} fails: {' '.join(lines[:2])}")


def copy_sources(etc: Path) -> None:
    """The distribution's own package sources of the machine; raises Unavailable."""
    (etc / "sources.list.d").mkdir(parents=True)
    found = [SOURCES / "sources.list", *(SOURCES / "sources.list.d").glob("*")]
    kept = [
        path
        for path in found
        if path.suffix in (".list", ".sources")
        and path.is_file()
        and any(name in path.read_text() for name in ("debian-archive", "debian.org", "ubuntu.com"))
    ]
    if not kept:
        raise Unavailable("apt-get has no sources of Debian packages here")
    for path in kept:
        shutil.copy(path, etc / path.relative_to(SOURCES))
    (etc / "sources.list").touch()


def newer_source(etc: Path) -> None:
    """The later release, of the mirror that the machine's sources name; raises Unavailable."""
    found = [etc / "sources.list", *(etc / "sources.list.d").iterdir()]
    text = "".join(path.read_text() for path in found)
    mirror = re.search(r"https?://\S+debian\.org/debian(?=[/\s])", text)
    if mirror is None or not KEYS.exists():
        raise Unavailable("apt-get has no sources of Debian's main archive here")
    shutil.rmtree(etc / "sources.list.d")
    (etc / "sources.list.d").mkdir()
    line = f"deb [signed-by={KEYS}] {mirror[0]} {NEWER} main\n"
    (etc / "sources.list").write_text(line)


def unpack(archives: Sequence[Path], root: Path) -> None:
    """Extracts packages into a root whose bin, lib, ... are links, as on an installed system."""
    for name in MERGED:
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(f"usr/{name}")
    for archive in archives:
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE
        ) as package:
            subprocess.run(
                ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", root,
                 "--exclude=./usr/share/doc", "--exclude=./usr/share/man",
                 "--exclude=./usr/share/locale"],
                stdin=package.stdout, check=True,
            )  # fmt: skip
        if package.returncode != 0:
            raise Unavailable(f"dpkg-deb can't unpack {archive.name}")
    if not (root / "bin" / "sh").is_symlink():
        (root / "bin" / "sh").symlink_to("dash")
    for name in NOT_FILES:
        shutil.rmtree(root / name, ignore_errors=True)
    relative_links(root)
    users = "".join(f"u{uid}:x:{uid}:{uid}::/:/bin/sh\n" for uid in sorted({0, os.getuid()}))
    (root / "etc" / "passwd").write_text(users)


def relative_links(root: Path) -> None:
    """Makes links stay below root: some ports' dynamic linkers are absolute ones."""
    for folder, folders, files in os.walk(root):
        for link in (Path(folder, name) for name in folders + files):
            if link.is_symlink() and (target := os.readlink(link)).startswith("/"):
                inside = f"{root}{target}"
                if os.path.lexists(inside):
                    link.unlink()
                    link.symlink_to(os.path.relpath(inside, folder))


def update(arch: str, home: Path) -> None:
    """Fetches the indexes, and does with those there are; raises Unavailable when that is none.

    A mirror that is being written to has some indexes that don't fit, which are the often changed
    ones of the security updates. The distribution is complete without them.
    """
    failure = Unavailable(f"the distribution of this machine has no packages for {arch}")
    try:
        apt_get(arch, home, "update")
    except Unavailable as reason:
        failure = reason
    if not list((home / "state" / "lists").glob(f"*_binary-{arch}_Packages*")):
        raise failure


def prepare(arch: str, kind: str) -> None:
    """Fetches and unpacks into the sysroot's home, which is made anew."""
    home = home_of(arch, kind)
    shutil.rmtree(home, ignore_errors=True)
    for name in ("state/lists/partial", "cache/archives/partial"):
        (home / name).mkdir(parents=True)
    (home / "state" / "status").write_text(
        "".join(
            f"Package: {name}\nArchitecture: {arch}\nVersion: 99:0\nMaintainer: none\n"
            "Status: install ok installed\nMulti-Arch: foreign\nDescription: none\n\n"
            for name in ASSUMED.get(kind, ())
        )
    )
    copy_sources(home / "etc")
    if kind == "newer":
        newer_source(home / "etc")
    update(arch, home)
    apt_get(arch, home, "install", "--download-only", *PACKAGES[kind])
    unpack(sorted((home / "cache" / "archives").glob("*.deb")), home / "root")
    for name in ("cache", "state"):
        shutil.rmtree(home / name)


@functools.cache
def attempt(arch: str, kind: str) -> str | None:
    """Makes the sysroot unless it is there; why there is none."""
    for tool in ("apt-get", "dpkg-deb", "tar"):
        if shutil.which(tool) is None:
            return f"{tool} is not on this machine"
    home, key = home_of(arch, kind), hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    failed = home.with_name(f"{home.name}.failed")
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    CACHE.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = home / "ready"
        if ready.exists() and ready.read_text() == key:
            return None
        if session and failed.exists() and failed.read_text().startswith(session):
            return failed.read_text().removeprefix(session)  # another worker has tried
        try:
            prepare(arch, kind)
        except Unavailable as reason:
            failed.write_text(f"{session}{reason}")
            return str(reason)
        ready.write_text(key)
    return None


def sysroot(arch: str, kind: str) -> Path:
    """The sysroot of a Debian architecture, from the cache if it can be; raises Unavailable."""
    reason = attempt(arch, kind)
    if reason is not None:
        raise Unavailable(reason)
    return home_of(arch, kind) / "root"


# In a mount namespace: $1 is the sysroot, $2 an empty directory, $3 the directory to work in.
ENTER = """\
set -e
mount -t tmpfs none "$2"
cd "$2"
mkdir usr etc dev proc tmp work
ln -s usr/bin usr/sbin usr/lib usr/lib64 .
mount --bind "$1/usr" usr
mount --bind "$1/etc" etc
mount --bind "$3" work
mount --rbind /dev dev
mount --rbind /proc proc
shift 3
exec chroot . /usr/bin/env -C /work "$@"
"""


def namespaced(root: Path, work: Path, argv: Sequence[str]) -> programs.Result:
    """A command with root as its root and work as its directory."""
    empty = CACHE / "empty"
    empty.mkdir(exist_ok=True)
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ENTER, "sh"]
    return programs.run(
        [*command, root, empty, work, *argv],
        env=ENVIRONMENT | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"},
    )


@functools.cache
def namespace_problem(kind: str) -> str | None:
    """Why this machine can't run amd64's programs itself."""
    if platform.machine() != "x86_64":
        return "the reference is an x86-64 machine's"
    if shutil.which("unshare") is None:
        return "unshare is not on this machine"
    (CACHE / "empty").mkdir(parents=True, exist_ok=True)
    done = namespaced(sysroot("amd64", kind), CACHE / "empty", ["/usr/bin/true"])
    return f"no user namespaces: {done.err.decode().strip()}" if done.status != 0 else None


def run_native(kind: str, argv: Sequence[str], work: Path) -> programs.Result:
    """A command of amd64's sysroot, run natively; raises Unavailable."""
    reason = namespace_problem(kind)
    if reason is not None:
        raise Unavailable(reason)
    path = f"PATH={ENVIRONMENT['PATH']}"
    return namespaced(sysroot("amd64", kind), work, [path, f"/usr/bin/{argv[0]}", *argv[1:]])


def run_ours(arch: str, kind: str, argv: Sequence[str], work: Path) -> programs.Result:
    """A command of the sysroot under the emulator; raises Unavailable."""
    root = sysroot(arch, kind)
    options = ["-L", str(root), "-U", "PYTHONPATH"]
    program = root / "usr" / "bin" / argv[0]
    return programs.run_ours(program, *argv[1:], options=options, env=ENVIRONMENT, cwd=work)
