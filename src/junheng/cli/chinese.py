"""Commands that speak Chinese: help pages, usage lines, complaints about what was typed."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from junheng.base.errors import UnknownNameError
from junheng.cli.words import say, suggestion, word

_Context = Any  # Typer keeps the class that it hands to commands private

_WIDEST = 100  # longer lines are hard to read
_INDENT = "  "
# A Latin word, or one letter with the closing marks that must not begin a line.
_PIECES = r"[!-~]+|.[\u3001\u3002\u300b\u201d\uff09\uff0c\uff1a\uff1b]*"


class Command(TyperCommand):
    """One command."""

    def get_help_option(self, ctx: _Context) -> TyperOption | None:
        """Return `--help`, saying in Chinese what it does."""
        return _worded(super().get_help_option(ctx))

    def get_usage(self, ctx: _Context) -> str:
        """Return the line that shows how the command is typed."""
        return _usage(self, ctx, [])

    def get_help(self, ctx: _Context) -> str:
        """Return the help page."""
        return "\n".join(_page(self, ctx))


class Group(TyperGroup):
    """Commands under one name."""

    def get_help_option(self, ctx: _Context) -> TyperOption | None:
        """Return `--help`, saying in Chinese what it does."""
        return _worded(super().get_help_option(ctx))

    def get_usage(self, ctx: _Context) -> str:
        """Return the line that shows how the commands are typed."""
        return _usage(self, ctx, [word("page", "command"), word("page", "rest")])

    def get_help(self, ctx: _Context) -> str:
        """Return the help page."""
        return "\n".join(_page(self, ctx))

    def resolve_command(self, ctx: _Context, args: list[str]) -> Any:  # noqa: ANN401
        """Return the command meant.

        Raises:
            UnknownNameError: there is no such command.
        """
        name = args[0]
        if not name.startswith("-") and name not in self.commands:
            raise UnknownNameError(
                what=say("command_what"), name=name, suggestion=suggestion(name, [*self.commands])
            )
        return super().resolve_command(ctx, args)


def complaint(error: typer.TyperException) -> str:
    """Return what is wrong with a command line, and how to see what is right."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return str(error)
    param, context = getattr(error, "param", None), getattr(error, "ctx", None)
    name = getattr(error, "option_name", None) or (param and _name(param)) or ""
    wanted = getattr(param, "metavar", None) or ""
    hint = "".join(
        suggestion(name, [close]) for close in getattr(error, "possibilities", None) or ()
    )
    known = {"NoSuchOption", "MissingParameter", "BadParameter", "BadOptionUsage"}
    key = kind if kind in known else "UsageError"
    text = word("complaint", key, name=name, wanted=wanted, hint=hint, detail=str(error))
    path = context.command_path if context else "junheng"
    return text + word("complaint", "help", command=path)


def _worded(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = word("help", "help")
    return option


def _usage(command: Command | Group, ctx: _Context, more: list[str]) -> str:
    arguments = [_name(p) for p in command.get_params(ctx) if isinstance(p, TyperArgument)]
    line = " ".join([ctx.command_path, *arguments, word("page", "options"), *more])
    return word("page", "usage", line=line)


def _page(command: Command | Group, ctx: _Context) -> Iterator[str]:
    yield command.get_usage(ctx)
    yield from ("", command.help or "")
    params = command.get_params(ctx)
    arguments = [(_name(p), _about(p)) for p in params if isinstance(p, TyperArgument)]
    options = [(_spelling(p), _about(p)) for p in params if isinstance(p, TyperOption)]
    groups = {"arguments": arguments, "options_title": options}
    if isinstance(command, Group):
        groups["commands"] = [(name, one.help or "") for name, one in command.commands.items()]
    column = max(_cells(name) for rows in groups.values() for name, _ in rows) + 2 * len(_INDENT)
    width = min(shutil.get_terminal_size().columns, _WIDEST) - 1
    for title, rows in groups.items():
        if rows:
            yield from ("", word("page", title))
        for name, text in rows:
            yield from _row(name, text, column, width)


def _row(name: str, text: str, column: int, width: int) -> Iterator[str]:
    """Yield the lines of one entry, the text hanging beside the name."""
    start = _INDENT + name
    for line in _wrapped(text, width - column):
        yield start + " " * (column - _cells(start)) + line
        start = ""


def _name(param: TyperOption | TyperArgument) -> str:
    if isinstance(param, TyperArgument):
        return str(param.metavar or param.name)
    return "/".join(sorted(param.opts, key=len))


def _spelling(option: TyperOption) -> str:
    value = option.metavar or ""
    return " ".join(filter(None, [", ".join(sorted(option.opts, key=len)), value]))


def _about(param: TyperOption | TyperArgument) -> str:
    """Return what a parameter is, and what holds without it."""
    text = param.help or ""
    if param.required:
        return text + word("page", "required")
    if param.show_default and param.default not in (None, False):
        return text + word("page", "default", value=param.default)
    return text


def _cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most `width` columns; Latin words stay whole."""
    line = ""
    for piece in re.findall(_PIECES, text):
        if line and _cells(line + piece) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    yield line
