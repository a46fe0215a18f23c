"""The explanation of published figures: a Word document, Markdown, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from junheng.explain.reconcile.printing import agrees
from junheng.explain.reconcile.search import Fit, Reconciliation
from junheng.explain.reconcile.words import Teller, head, say
from junheng.intake.published import Figure, Published
from junheng.publish.edition import Imprint
from junheng.publish.files import write_whole
from junheng.publish.gb9704 import Block, Grid, Signature, Text, Title, document_of
from junheng.publish.numbers import fixed
from junheng.publish.words import date_words
from junheng.rulebook.law import Law

FORMAT: Final = "junheng-reconciliation/1"  # raised when a key changes its meaning
_WIDTHS: Final = (30, 10, 14, 14, 14, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A reconciliation with what it was made of."""

    county: str
    file: str  # of the published figures
    input: str  # of the county's data
    law: Law
    found: Reconciliation
    teller: Teller

    def basis(self) -> str:
        """Return what was held against what."""
        return say(
            "basis",
            file=self.file,
            input=self.input,
            rulebook=self.teller.words.rulebook,
            date=self.law.on.isoformat(),
        )

    def title(self) -> str:
        """Return the heading."""
        return say("title", county=self.county)


def blocks(account: Account) -> Iterator[Block]:
    """Yield the document: what was compared, what explains it, figure by figure."""
    yield Title(text=account.title())
    yield Text(text=account.basis())
    for sentence in account.teller.verdict(account.found):
        yield Text(text=sentence)
    columns, rows = figure_table(account)
    yield Grid(
        caption=say("caption"),
        headings=columns,
        rows=rows,
        widths=_WIDTHS[: len(columns)],
        note=say("printed"),
    )


def figure_table(account: Account) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the figures side by side: published, ours and, of one explanation, under it."""
    found = account.found
    under = found.fits[0] if found.outcome == "explained" else None
    keys = ("item", "stage", "figure", "published", "ours", "under" if under else "same")
    rows = tuple(
        (
            *account.teller.figure(one.figure),
            one.text,
            _ours(one, found.ours.get(one.figure)),
            _ours(one, under.figures.get(one.figure)) if under else _same(one, found),
        )
        for one in found.published
    )
    return tuple(head(key) for key in keys), rows


def _ours(one: Published, value: float | None) -> str:
    """Return our number with as many decimals as it takes to see that it differs."""
    if value is None:
        return head("unknown")
    text = fixed(value, one.decimals)
    hidden = text == one.text and not agrees(one, value, "rounded")
    return fixed(value, one.decimals + 2) if hidden else text


def _same(one: Published, found: Reconciliation) -> str:
    return head("no" if one.figure in found.off else "yes")


def write_account(account: Account, path: Path, *, imprint: Imprint) -> Path:
    """Write the explanation as its file's ending says (.docx, .md or .json); return the path.

    Raises:
        OSError: the place cannot be written, or another program holds the file open.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        text = json.dumps(account_document(account), ensure_ascii=False, indent=1) + "\n"
        return write_whole(path, text.encode())
    if suffix == ".md":
        return write_whole(path, markdown(account).encode())
    told = [*blocks(account), Signature(text=date_words(imprint.now.date()))]
    return write_whole(path, document_of(told, title=account.title(), stamp=imprint.stamp))


def markdown(account: Account) -> str:
    """Return the explanation as Markdown."""
    columns, rows = figure_table(account)
    sentences = account.teller.verdict(account.found)
    table = [columns, tuple("---" for _ in columns), *rows]
    return "\n\n".join(
        [
            f"# {account.title()}",
            account.basis(),
            *sentences,
            "\n".join(f"| {' | '.join(row)} |" for row in table),
            say("printed") + "\n",
        ]
    )


def account_document(account: Account) -> dict[str, Any]:
    """Return the reconciliation as plain JSON values, numbers unrounded."""
    found, law = account.found, account.law
    return {
        "format": FORMAT,
        "county": account.county,
        "published_file": account.file,
        "input": account.input,
        "rulebook": {"id": law.rulebook.id, "sha256": law.rulebook.sha256},
        "law_of": law.on.isoformat(),
        "outcome": found.outcome,
        "sentences": list(account.teller.verdict(found)),
        "fits": [_fit(fit, account) for fit in found.fits],
        "nearest": [_fit(fit, account) for fit in found.nearest],
        "figures": [
            _name(one.figure)
            | {
                "published": one.text,
                "ours": found.ours.get(one.figure),
                "agrees": one.figure not in found.off,
            }
            for one in found.published
        ],
    }


def _fit(fit: Fit, account: Account) -> dict[str, Any]:
    return {
        "causes": [{"id": cause.id, **cause.about} for cause in fit.causes],
        "told": account.teller.causes(fit),
        "off": [_name(one) for one in sorted(fit.off, key=lambda f: (f.stage, f.item, f.kind))],
    }


def _name(figure: Figure) -> dict[str, str]:
    return {"kind": figure.kind, "stage": figure.stage.value, "item": figure.item}
