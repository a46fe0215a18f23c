"""Errors a person can act on; every other exception is a bug."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, ClassVar


class JunhengError(Exception):
    """Anticipated failure. The sentence says what, where, why and what to do next."""

    slug: ClassVar[str] = "error"  # key in base/wording/zh_Hans.toml and in docs/errors.md
    sentence: ClassVar[str] = "{detail}"

    def __init__(self, **params: object) -> None:
        """Keep the parameters; a page may word the same error in Chinese."""
        self.params = params
        super().__init__(self.sentence.format(**params))

    def in_chinese(self) -> str:
        """Return the sentence as a clerk would read it; a code is put in the words it has there."""
        words = _wording()[self.slug]
        codes = {name: table for name, table in words.items() if name != "text"}
        told = {
            name: str(table.get(self.params[name], self.params[name])).format(**self.params)
            for name, table in codes.items()
        }
        return str(words["text"]).format(**{**self.params, **told})


@cache
def _wording() -> dict[str, dict[str, Any]]:
    text = resources.files("junheng.base").joinpath("wording/zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


class RulebookError(JunhengError):
    """A rule file does not say what a rule file must say."""

    slug = "rulebook"
    sentence = "{path}: {problems}. Fix the file and run `junheng rulebook check`."


class UnknownNameError(JunhengError):
    """A name the user gave (rulebook, school, indicator) is not there."""

    slug = "unknown-name"
    sentence = "There is no {what} named {name}. {suggestion}"


class AmbiguousNameError(JunhengError):
    """A name the user gave fits several things, which codes tell apart."""

    slug = "ambiguous-name"
    sentence = "{count} of {what} ({how}) fit {name}: {codes}. Use a code."


class UnusableFileError(JunhengError):
    """A file cannot be read at all, so no single cell can be blamed."""

    slug = "unusable-file"
    sentence = "{file} cannot be used: {why}. {fix}"


class MappingError(JunhengError):
    """The file that maps a bureau's own export does not say what it must say."""

    slug = "mapping"
    sentence = "{file}: {problems}"


class NothingInForceError(JunhengError):
    """The day asked for lies before the first standard of the rulebook."""

    slug = "nothing-in-force"
    sentence = "On {date} no standard of {rulebook} is in force. Choose a later day."


class PublishedFiguresError(JunhengError):
    """A file of published figures holds something that is no figure."""

    slug = "published-figures"
    sentence = "{file} holds figures that cannot be understood:\n{problems}\nCorrect them."


class OutputExistsError(JunhengError):
    """A file would be overwritten that may be somebody's work."""

    slug = "output-exists"
    sentence = "{file} exists, nothing was written. Choose another name, or add --force."


class ReasonsLostError(JunhengError):
    """A workbook would be overwritten in which reasons were written that this run has not read."""

    slug = "reasons-lost"
    sentence = (
        "{file} holds {count} written reasons that would be lost, nothing was written: {reasons}. "
        "Read them with --reasons, choose another name, or add --force."
    )


class UnwritableOutputError(JunhengError):
    """A file or folder cannot be written where the user wants it."""

    slug = "unwritable-output"
    sentence = "{file} cannot be written: {why}. {fix}"


class DiskFullError(JunhengError):
    """There is no room left for a file."""

    slug = "disk-full"
    sentence = (
        "The server's disk is full, nothing was kept. Tell the administrator, then try again."
    )
