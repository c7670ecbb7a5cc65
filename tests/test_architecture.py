"""The rules of the house that a program can check: who imports whom, and who names what."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qemu_user.exec import arch as architectures

PACKAGE = Path(architectures.__file__).parents[2]
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text()) for name, path in MODULES.items()}

# A package may import those of a lower rank and itself.
RANKS = {"exec": 0, "loader": 1, "syscalls": 2, "strace": 3, "uintr": 3}
TOP = 4
GENERATED = "exec.abi.generated"
TOOLS = frozenset(
    ("exec.abi.regenerate", "exec.abi.headers", "exec.abi.compiler", "exec.arch.vdso",
     "exec.substitutes", "syscalls.tables")
)  # fmt: skip
RARE = frozenset(("loader.symbols", "loader.frames"))  # imported by name when something asks for it

SLOW = frozenset(
    ("typing", "dataclasses", "enum", "inspect", "re", "argparse", "pathlib", "collections",
     "threading", "subprocess", "logging", "contextlib", "unicorn", "elftools", "capstone",
     "keystone")
)  # fmt: skip
ENGINE = frozenset(("unicorn",))
ARCHITECTURES = frozenset(
    ("x86_64", "i386", "aarch64", "arm", "armeb", "aarch64_be", "riscv32", "riscv64", "mips",
     "mipsel", "mips64", "mips64el", "mipsn32", "mipsn32el", "ppc", "ppc64", "ppc64le", "s390x",
     "sparc", "sparc32plus", "sparc64",
     "m68k", "alpha", "hppa", "sh4", "loongarch64", "xtensa", "hexagon", "or1k", "microblaze",
     "X86_64", "AARCH64", "amd64", "arm64")
)  # fmt: skip


def parts(name: str) -> str:
    return name.split(".", 1)[0]


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that exist when the program runs: not those for mypy alone."""
    todo = [tree]
    while todo:
        node = todo.pop()
        yield node
        if is_type_checking(node):
            assert isinstance(node, ast.If)
            todo += node.orelse
        else:
            todo += ast.iter_child_nodes(node)


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """The statements that run when the module is imported."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if is_type_checking(node):
            assert isinstance(node, ast.If)
            todo += node.orelse
        elif not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            yield node
            todo += ast.iter_child_nodes(node)


def imported(name: str, node: ast.AST) -> Iterator[str]:
    """Absolute module names, those of this package without its own name."""
    if isinstance(node, ast.Import):
        yield from (alias.name.removeprefix("qemu_user.") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = (node.module or "").removeprefix("qemu_user.")
        if node.level:
            own = name.split(".")
            package = MODULES[name].name == "__init__.py"
            keep = len(own) - node.level + package
            base = ".".join([*own[:keep], *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{base}.{alias.name}" if base else alias.name
            yield inner if inner in MODULES else base


def all_imports(name: str, *, types: bool = True) -> set[str]:
    nodes = ast.walk(TREES[name]) if types else running(TREES[name])
    return {target for node in nodes for target in imported(name, node)}


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def test_all_modules_can_be_imported() -> None:
    """Before the guest may change users or roots they are, one after the other."""
    code = (
        "import qemu_user.machine; from qemu_user.syscalls.modules import import_all; import_all()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_downwards(name: str) -> None:
    rank = RANKS.get(parts(name), TOP)
    for target in all_imports(name):
        if target in MODULES and parts(target) != parts(name):
            assert RANKS.get(parts(target), TOP) < rank or rank == TOP, target


@pytest.mark.parametrize("name", sorted(n for n in MODULES if within(n, "exec.abi")))
def test_the_abi_knows_nobody(name: str) -> None:
    assert [t for t in all_imports(name) & MODULES.keys() if not within(t, "exec.abi")] == []


@pytest.mark.parametrize("name", sorted(n for n in MODULES if within(n, "exec.arch")))
def test_an_architecture_is_data(name: str) -> None:
    allowed = ("exec.abi", "exec.arch", "exec.errors", "exec.cpu")
    for target in all_imports(name, types=False) & MODULES.keys():
        assert any(within(target, package) for package in allowed), target


def test_few_modules_know_the_engine() -> None:
    users = {
        name for name in MODULES for target in all_imports(name) if target.split(".")[0] in ENGINE
    }
    named = {
        name
        for name, tree in TREES.items()
        for text in strings(tree)
        if text.startswith(("libunicorn", "unicorn."))
    }
    assert users | named <= {"exec.unicorn_cpu", "exec.engine_handle"}


def strings(tree: ast.AST) -> Iterator[str]:
    """String constants that are not docstrings."""
    documents = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documents.add(first.value)
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and node not in documents:
            yield node.value


# Native code is chosen by the machine we run on, which is no guest's architecture.
HOST = frozenset(
    (
        "exec.stubs",
        "exec.host",
        "exec.hostcall",
        "exec.busfault",
        "exec.engine_abort",
        "exec.engine_calls",
        "exec.engine_exact",
        "exec.engine_straight",
        "exec.engine_substitutes",
    )
)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_architecture_files_name_architectures(name: str) -> None:
    if any(within(name, p) for p in ("exec.arch", "exec.abi", "uintr")) or name in HOST:
        return
    assert [text for text in strings(TREES[name]) if text in ARCHITECTURES] == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_core_does_not_know_its_extensions(name: str) -> None:
    if parts(name) in ("exec", "loader", "syscalls") and not within(name, GENERATED):
        assert "uintr" not in MODULES[name].read_text().lower()


@pytest.mark.parametrize("name", sorted(MODULES))
def test_modules_are_small_and_say_what_they_are(name: str) -> None:
    text = MODULES[name].read_text()
    assert ast.get_docstring(TREES[name]), "no docstring"
    if not within(name, GENERATED):
        assert text.count("\n") <= 400
        if any(isinstance(n, (ast.FunctionDef, ast.AnnAssign)) for n in ast.walk(TREES[name])):
            assert "from __future__ import annotations" in text


def only_stores(node: ast.FunctionDef) -> bool:
    """An initialiser that does nothing but keep what it is given: a list, however long."""
    return node.name == "__init__" and all(
        isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute)
        for statement in node.body
    )


@pytest.mark.parametrize("name", sorted(n for n in MODULES if not within(n, GENERATED)))
def test_functions_are_short(name: str) -> None:
    long = [
        f"{node.name}: {lines}"
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.FunctionDef)
        and not only_stores(node)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > 50
    ]
    assert long == []


@pytest.mark.parametrize("name", sorted(MODULES.keys() - TOOLS - RARE))
def test_nothing_slow_is_imported_at_start(name: str) -> None:
    found = {t.split(".")[0] for node in at_import(TREES[name]) for t in imported(name, node)}
    assert sorted(found & SLOW) == []
