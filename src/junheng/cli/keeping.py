"""`junheng backup`, `restore`, `upgrade` and `doctor`: keep a site, bring it back, see whether it is well."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer
from django.conf import settings
from rich.markup import escape

from junheng.cli.console import console, tell
from junheng.cli.outputs import check_files, named_file, writing
from junheng.cli.site import must_be_prepared, prepare
from junheng.cli.words import word
from junheng.operations.backups import Kept, Proved, back_up, holds_something, prove, restore
from junheng.operations.doctor import Found, look

_SUFFIX = ".zip"
_STYLES = {"good": "green", "odd": "yellow", "bad": "red"}


def _say(key: str, **values: object) -> str:
    return word("keeping", key, **values)


def keep(path: Path, *, force: bool, now: dt.datetime) -> None:
    """Write a backup."""
    must_be_prepared()
    target = named_file(path, _SUFFIX)
    check_files([target], force=force)
    with writing(target), console().status(_say("backing_up")):
        kept = back_up(target, now=now)
    _tell_kept(target, kept)


def _tell_kept(target: Path, kept: Kept) -> None:
    tell(
        _say(
            "backed_up", file=target, megabytes=f"{kept.megabytes:.1f}", files=kept.files,
            events=kept.events,
        )
    )  # fmt: skip


def bring_back(path: Path, *, force: bool, now: dt.datetime) -> None:
    """Put a backup back and say what was proved; exit 1 if something does not hold."""
    with console().status(_say("restoring")):
        proved = restore(path, force=force, now=now)
    _tell_proved(proved)


def _tell_proved(proved: Proved) -> None:
    tell(
        _say(
            "proved", events=proved.events, files=proved.files, evaluations=proved.evaluations
        )
    )  # fmt: skip
    if proved.left_out:
        tell(_say("left_out", count=proved.left_out))
    for fault in proved.faults:
        kind, _, what = fault.partition(":")
        tell(_say(f"fault_{kind}", what=what))
    if proved.faults:
        raise typer.Exit(1)


def upgrade(*, now: dt.datetime) -> None:
    """Back the site up, bring its database to this version, and look whether all is well."""
    folder = Path(settings.HOME) / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    if holds_something():
        target = folder / f"{now:%Y%m%d-%H%M%S}{_SUFFIX}"
        _tell_kept(target, back_up(target, now=now))
    prepare()
    _tell_proved(prove())
    examine(now=now)


def examine(*, now: dt.datetime) -> None:
    """Say what is well and what is not; exit 1 if the site cannot work."""
    found = [_told(one) for one in look(now=now)]
    bad, odd = found.count("bad"), found.count("odd")
    tell(_say("bad", bad=bad, odd=odd) if bad else _say("odd", odd=odd) if odd else _say("well"))
    if bad:
        raise typer.Exit(1)


def _told(one: Found) -> str:
    mark = f"[{_STYLES[one.state]}]{word('keeping', f'mark_{one.state}')}[/]"
    name = word("doctor", one.check)
    text = f"{mark} {escape(name)}  {escape(one.told)}".rstrip()
    if one.state != "good":
        text += f"\n    {escape(word('doctor', f'{one.check}_fix'))}"
    console().print(text)
    return one.state
