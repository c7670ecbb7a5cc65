"""Dynamically linked programs of SPARC, with the libraries of the cross compilers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from samples import build
from tests import programs

SOURCE = """
#include <math.h>
#include <pthread.h>
#include <stdio.h>
static void *run(void *it) { *(double *)it = sqrt(*(double *)it); return it; }
int main(int argc, char **argv) {
    double value = argc * 2;
    pthread_t thread;
    pthread_create(&thread, 0, run, &value);
    pthread_join(thread, 0);
    return printf("%.3f %s\\n", value, argv[1]) != 11;
}
"""
EM_SPARC = 2


def _dynamic(arch: str, root: Path) -> Path:
    """A program, and below `root` the libraries where it looks for them."""
    compiler = build.compiler(arch, "glibc")
    if compiler is None:
        pytest.skip(f"no C compiler for {arch}")
    asked = [*compiler, "-print-file-name=libc.so.6"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    libraries = Path(found).parent.resolve()
    (root / "lib").symlink_to(libraries)
    (root / "lib64").symlink_to(libraries.parent / "lib64")
    source, output = root / "program.c", root / "program"
    source.write_text(SOURCE)
    done = build.run([*compiler, "-O1", "-pthread", str(source), "-o", str(output), "-lm"])
    assert done.returncode == 0, done.stdout
    return output


@pytest.mark.parametrize("arch", ["sparc64", "sparc32plus"])
def test_dynamically_linked(arch: str, tmp_path: Path) -> None:
    path = _dynamic(arch, tmp_path)
    result = programs.run_ours(path, "word", options=["-L", str(tmp_path)])
    assert (result.status, result.text) == (0, "2.000 word\n"), result.err


def test_a_program_of_v8_with_libraries_of_v8plus(tmp_path: Path) -> None:
    path = _dynamic("sparc32plus", tmp_path)
    data = bytearray(path.read_bytes())
    data[18:20] = EM_SPARC.to_bytes(2, "big")
    path.write_bytes(data)
    result = programs.run_ours(path, "word", options=["-L", str(tmp_path)])
    assert (result.status, result.text) == (0, "2.000 word\n"), result.err
