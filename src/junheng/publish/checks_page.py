"""The page of the documentation that lists the checks, written from the rule data alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from junheng.base.checks import Check
from junheng.explain.words import Words, shown
from junheng.publish.remarked import weight_word
from junheng.publish.words import wording
from junheng.rulebook.model import Rulebook


def _say(key: str, **values: object) -> str:
    return str(wording("checks_page")[key]).format(**values)


def checks_page(rulebook: Rulebook) -> str:
    """Return the page in Markdown: one table of checks for everything that is looked at."""
    words = Words(rulebook.labels)
    checks = [check for check in rulebook.checks.check if not check.off]
    counts = Counter(check.severity for check in checks)
    amounts = {severity: counts[severity] for severity in ("error", "warning", "advice")}
    lines = [_say("title", name=words.rulebook), ""]
    lines += [_say("intro", count=len(checks), **amounts), "", _say("levels"), ""]
    for view in dict.fromkeys(check.view for check in checks):
        views = wording("checks_page")["views"]
        lines += [_say("view", label=views.get(view) or words.table(view)), ""]
        lines += [_say("head"), _say("rule")]
        lines += [_row(rulebook, check) for check in checks if check.view == view]
        lines.append("")
    return "\n".join(lines)


def _row(rulebook: Rulebook, check: Check) -> str:
    every: Mapping[str, Any] = rulebook.labels["checks"]  # type: ignore[assignment]
    texts = every[check.id]
    why = "".join(_unfilled(texts["why"], check))
    return _say(
        "row",
        name=texts["name"],
        severity=weight_word(check.severity),
        why=_say("last", why=why) if check.needs_last else why,
        fix="".join(_unfilled(texts["fix"], check)),
        clause=_clause(rulebook, check),
        id=check.id,
    )


def _unfilled(sentence: str, check: Check) -> Iterator[str]:
    """Yield a sentence with its bounds, and a mark where values of the data will stand."""
    for text, name, _, _ in Formatter().parse(sentence):
        yield text
        bound = getattr(check.test, name, None) if name else None
        if bound is not None and name in {"low", "high"}:
            yield shown(float(bound))
        elif name:
            yield _say("bound")


def _clause(rulebook: Rulebook, check: Check) -> str:
    if check.clause is None:
        return ""
    clause = rulebook.clauses[check.clause]
    number = rulebook.documents[clause.document].number
    return _say("clause", number=number, locator=clause.locator)
