"""Changes the code one small thing at a time and counts how many changes some test notices.

Each mutant is one altered operator, number, truth value, status or call in a private copy of the
project; it is caught if the tests named for its target fail. Annotations, docstrings and texts are
left alone: nothing computes with them.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
TARGETS = tomllib.loads((ROOT / "tools/mutation.toml").read_text(encoding="utf-8"))
COPIED = ("src", "tests", "docs", "tools", "pyproject.toml", "README.md")
# A mutant that loops for ever is caught too; no honest run takes this long.
PATIENCE_SECONDS = 900
_TOLD_EVERY = 20

SWAPS: dict[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "*",
    ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
NAMES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
    "maximum": "minimum", "any_horizontal": "all_horizontal", "all_horizontal": "any_horizontal",
    "is_null": "is_not_null", "is_not_null": "is_null", "first": "last", "sum": "max",
    "MET": "BELOW", "BELOW": "MET", "MISSING": "BELOW", "NEAR": "BELOW", "NOT_APPLICABLE": "MET",
    "PRIMARY": "JUNIOR", "JUNIOR": "PRIMARY",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one file: the characters from `start` to `end` become `text`."""

    file: str
    line: int
    start: int
    end: int
    text: str
    was: str

    @property
    def order(self) -> str:
        """A fixed shuffle, so that a sample is the same on every machine."""
        return hashlib.sha256(f"{self.file}:{self.start}:{self.text}".encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}  {self.was!r} -> {self.text!r}"


class _Source:
    """A file whose nodes can be found again as characters."""

    def __init__(self, path: Path) -> None:
        self.file = path.relative_to(ROOT).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.starts = [0]
        for line in self.text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        """Return the position of a place; the files are ASCII, so bytes are characters."""
        return self.starts[line - 1] + column

    def mutant(self, node: ast.expr, text: str) -> Mutant:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.at(node.lineno, node.col_offset)
        end = self.at(node.end_lineno, node.end_col_offset)
        return self.between(start, end, text, node.lineno)

    def between(self, start: int, end: int, text: str, line: int) -> Mutant:
        return Mutant(
            file=self.file, line=line, start=start, end=end, text=text, was=self.text[start:end]
        )


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every change of one file."""
    source = _Source(path)
    for node in _computing(ast.parse(source.text)):
        yield from _changes(node, source)


def _computing(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that compute: no annotations, decorators, assertions, or texts standing alone."""
    skipped = {"annotation", "returns", "decorator_list"}
    for name, value in ast.iter_fields(tree):
        if name in skipped or (isinstance(tree, ast.ImportFrom | ast.Import)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not (_is_alias(child) or _is_assertion(child)):
                yield child
                yield from _computing(child)


def _is_assertion(node: ast.AST) -> bool:
    """Whether it only says what must be so anyway, such as that zipped lists are of a length."""
    return isinstance(node, ast.Assert | ast.keyword) and getattr(node, "arg", "strict") == "strict"


def _is_alias(node: ast.AST) -> bool:
    """Whether a statement gives a type another name."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    return node.targets[0].id.lstrip("_")[:1].isupper() and isinstance(
        node.value, ast.BinOp | ast.Subscript
    )


def _changes(node: ast.AST, source: _Source) -> Iterator[Mutant]:
    yield from _of_operators(node, source)
    yield from _of_words(node, source)


def _of_operators(node: ast.AST, source: _Source) -> Iterator[Mutant]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            yield from _between(source, left, right, operator)
        case ast.BinOp(left=left, right=right, op=operator):
            yield from _between(source, left, right, operator)
        case ast.BoolOp(values=[first, second, *_], op=operator):
            text = " or " if isinstance(operator, ast.And) else " and "
            yield _gap(source, first, second, text)
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub(), operand=operand):
            whole = source.mutant(node, "")
            start = source.at(operand.lineno, operand.col_offset)
            yield source.between(start=whole.start, end=start, text="", line=node.lineno)


def _of_words(node: ast.AST, source: _Source) -> Iterator[Mutant]:
    match node:
        case ast.Constant(value=bool(value)):
            yield source.mutant(node, str(not value))
        case ast.Constant(value=int() | float() as number):
            yield source.mutant(node, repr(number + 1))
        case ast.IfExp(body=body, orelse=other):
            yield source.mutant(body, source.mutant(other, "").was)
        case ast.Attribute(attr=name) | ast.Name(id=name) if name in NAMES:
            end = source.mutant(node, "").end
            yield source.between(end - len(name), end, NAMES[name], node.lineno)


def _between(
    source: _Source, left: ast.expr, right: ast.expr, operator: ast.AST
) -> Iterator[Mutant]:
    if type(operator) in SWAPS:
        yield _gap(source, left, right, SWAPS[type(operator)])


def _gap(source: _Source, left: ast.expr, right: ast.expr, text: str) -> Mutant:
    """Return the change of the operator, which stands between two operands and brackets."""
    before, after = source.mutant(left, ""), source.mutant(right, "")
    gap = source.text[before.end : after.start]
    bare = gap.strip("() \n")
    start = before.end + gap.index(bare)
    return source.between(start, start + len(bare), f" {text} ", left.lineno)


# ------------------------------------------------------------------ running


def copy_project(folder: Path) -> Path:
    """Return a private copy of what the tests need; font and environment are shared."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    (folder / "build").symlink_to(ROOT / "build")
    return folder


def is_caught(folder: Path, mutant: Mutant | None, tests: list[str]) -> bool:
    """Whether some test fails on the mutant; without one, on the code as it is."""
    path = folder / (mutant.file if mutant else "pyproject.toml")
    text = path.read_text(encoding="utf-8")
    if mutant:
        changed = text[: mutant.start] + mutant.text + text[mutant.end :]
        path.write_text(changed, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder / "src"),
        # What the first run compiled is used again; a changed file is newer than it.
        **({"PYTHONDONTWRITEBYTECODE": "1"} if mutant else {}),
        "POLARS_MAX_THREADS": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:xdist"]
    try:
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(text, encoding="utf-8")
    return done.returncode != 0


def run(target: str, size: int, workers: int, places: list[str]) -> tuple[int, list[Mutant]]:
    """Return how many mutants were tried, and those no test noticed.

    With `places` (file:line), only those of the sample that stand there.
    """
    tests = TARGETS[target]["tests"]
    paths = sorted({path for glob in TARGETS[target]["files"] for path in ROOT.glob(glob)})
    every = sorted((m for path in paths for m in mutants_of(path)), key=lambda m: m.order)
    chosen = every[:size] if size else every
    if places:
        chosen = [m for m in chosen if f"{m.file}:{m.line}".endswith(tuple(places))]
    print(f"{target}: {len(every)} mutants, {len(chosen)} tried", flush=True)
    missed: list[Mutant] = []
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(workers) as pool:
        folders: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            folders.put(copy_project(Path(top) / str(number)))

        def tried(mutant: Mutant | None) -> tuple[Mutant | None, bool]:
            folder = folders.get()
            try:
                return mutant, is_caught(folder, mutant, tests)
            finally:
                folders.put(folder)

        if any(caught for _, caught in pool.map(tried, [None] * workers)):
            sys.exit(f"{target}: the tests fail without any change")
        every_one = [pool.submit(tried, mutant) for mutant in chosen]
        for count, done in enumerate(as_completed(every_one), 1):
            mutant, caught = done.result()
            if count % _TOLD_EVERY == 0:
                print(f"  {count} tried", flush=True)
            if mutant and not caught:
                missed.append(mutant)
                print(f"  not caught: {mutant}", flush=True)
    return len(chosen), missed


def main() -> None:
    """Try the mutants of the targets and print the figure; exit 1 below the limit."""
    names = [name for name, value in TARGETS.items() if isinstance(value, dict)]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=names, help=f"of {', '.join(names)}")
    parser.add_argument("--sample", type=int, default=200, help="mutants a target; 0: all")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--at", nargs="*", default=[], help="only these of the sample: file:line")
    options = parser.parse_args()
    tried = caught = 0
    for target in options.targets:
        count, missed = run(target, options.sample, options.workers, options.at)
        print(f"{target}: {count - len(missed)} of {count} caught", flush=True)
        tried, caught = tried + count, caught + count - len(missed)
    percent = 100 * caught / tried if tried else 100.0
    print(f"caught {caught} of {tried} = {percent:.1f} % (limit {TARGETS['limit']} %)")
    sys.exit(percent < TARGETS["limit"])


if __name__ == "__main__":
    main()
