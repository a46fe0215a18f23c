"""What a finding rests on: the clause of the indicator, of its standard, of its relaxations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from junheng.explain.sources import Context
from junheng.explain.words import shown
from junheng.rulebook.model import Indicator, Part, Relaxation, Standard


def bases(
    context: Context,
    indicator: Indicator,
    relaxations: Iterable[Relaxation],
    *,
    stage: str | None = None,
) -> Iterator[str]:
    """Yield a citation with its sureness for the indicator, then for what has one of its own.

    Args:
        context: what was found, under which law.
        indicator: the indicator.
        relaxations: those of its relaxations that are spoken of.
        stage: the stage whose standards are spoken of, all without one.
    """
    words, law = context.words, context.law
    yield words.say(
        "basis_line",
        clause=words.clause(law.rulebook, indicator.clause),
        sureness=words.sureness(indicator.sureness),
    )
    for part in indicator.part:
        for standard in law.in_force(part):
            if stage is None or standard.stage in {None, stage}:
                yield from _standard(context, indicator, part, standard)
    for one in relaxations:
        yield words.say(
            "relaxation_line",
            name=words.relaxation(one.id),
            clause=words.clause(law.rulebook, one.clause),
            sureness=words.sureness(one.sureness),
        )


def _standard(
    context: Context, indicator: Indicator, part: Part, standard: Standard
) -> Iterator[str]:
    """Yield the citation of a standard, unless it is the indicator's."""
    words, law = context.words, context.law
    clause, sureness = standard.clause or indicator.clause, law.sureness(indicator, standard)
    if (clause, sureness) == (indicator.clause, indicator.sureness):
        return
    number = f"{words.comparison(standard.comparison)} {shown(standard.number)}"
    yield words.say(
        "standard_line",
        label=words.part(indicator.id, part.id),
        standard=f"{words.reach(standard)}{number}",
        clause=words.clause(law.rulebook, clause),
        sureness=words.sureness(sureness),
    )
