"""Every small way to spoil a rulebook: a line lost, a key renamed, a value of another kind."""

import re
from collections import defaultdict
from dataclasses import dataclass

TOKEN = re.compile(
    r'"(?P<text>[^"]*)"|(?P<date>\d{4}-\d\d-\d\d)|(?P<truth>\b(?:true|false)\b)|(?P<number>(?<![\w.])\d+(?:\.\d+)?)'
)
KEY = re.compile(r"^(?P<key>[\w-]+)(?P<rest> *= *.*)$")
BLOCK = re.compile(r"(?ms)^\[\[?[\w.]+\]\]?\n.*?(?=^\[|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One file as it is spoilt, and what was done to it."""

    file: str
    what: str
    text: str


def mutations(folder):
    """Yield every mutation of the rule files in a folder, in an order that does not change."""
    files = [path for path in sorted(folder.rglob("*.toml")) if "labels" not in path.name]
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}
    pool = others(texts.values())
    for file, text in texts.items():
        yield from of_blocks(file, text)
        for start, line in lines_of(text):
            yield from of_line(file, text, start, line, pool)


def others(texts):
    """Every text that stands anywhere beside a key, so that one may be put for another."""
    pool = defaultdict(dict)
    for text in texts:
        for _, line in lines_of(text):
            if found := KEY.match(line):
                pool[found["key"]] |= dict.fromkeys(re.findall(r'"([^"]*)"', found["rest"]))
    return {key: list(values) for key, values in pool.items()}


def lines_of(text):
    start = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        if bare and not bare.startswith(("#", "[")):
            yield start, bare
        start += len(line)


def of_blocks(file, text):
    """A whole block lost, or written twice."""
    for block in BLOCK.finditer(text):
        name = f"{block[0].splitlines()[0]} at {block.start()}"
        yield Mutation(
            file=file, what=f"lost {name}", text=text[: block.start()] + text[block.end() :]
        )
        twice = text[: block.end()].rstrip("\n") + "\n\n" + block[0] + text[block.end() :]
        yield Mutation(file=file, what=f"twice {name}", text=twice)


def of_line(file, text, start, line, pool):
    """A line lost, its key renamed, its value of another kind, or one word of it another one."""
    found = KEY.match(line)
    if found is None:
        return

    def instead(new):
        what = f"{line!r} at {start} is {new!r}"
        return Mutation(file=file, what=what, text=text[:start] + new + text[start + len(line) :])

    yield instead("")
    yield instead(f"{found['key']}x{found['rest']}")
    for value in ("7", '"seven"', "[]", "{}", "2020-02-02", "true"):
        yield instead(f"{found['key']} = {value}")
    for token in TOKEN.finditer(line, found.start("rest")):
        for new in replaced(token, pool.get(found["key"], [])):
            yield instead(line[: token.start()] + new + line[token.end() :])


def replaced(token, pool):
    """What may stand in the place of one word: neighbours, never everything."""
    if token["text"] is not None:
        at = pool.index(token["text"]) if token["text"] in pool else 0
        return [f'"{pool[(at + step) % len(pool)]}"' for step in (1, 2, 5, 11) if len(pool) > step]
    if token["date"] is not None:
        year = int(token["date"][:4])
        return [f"{year + step}{token['date'][4:]}" for step in (-9, 1, 4, 20)]
    if token["truth"] is not None:
        return ["false" if token["truth"] == "true" else "true"]
    return ["0", f"-{token['number']}", "1", "100", "99999999"]
