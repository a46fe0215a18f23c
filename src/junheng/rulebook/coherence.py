"""What is wrong with rules whose names all lead somewhere: they do not fit together."""

from __future__ import annotations

from junheng.rulebook.coverage import check_coverage
from junheng.rulebook.fitting import check_fitting
from junheng.rulebook.model import Rulebook
from junheng.rulebook.needs import check_needs
from junheng.rulebook.order import check_order
from junheng.rulebook.problems import Places, Problem
from junheng.rulebook.quantities import check_quantities
from junheng.rulebook.thresholds import check_thresholds


def check_coherence(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return everything that would make a verdict wrong, empty or impossible.

    Every name in the rulebook must be known to lead somewhere.
    """
    checks = (check_order, check_fitting, check_quantities, check_thresholds, check_needs)
    found = [problem for check in checks for problem in check(rulebook, places)]
    holes = check_coverage(rulebook, places)
    return found + [hole for hole in holes if not any(_explains(one, hole) for one in found)]


def _explains(fault: Problem, hole: Problem) -> bool:
    """Whether a hole is there only because of what is wrong at the same place."""
    return fault.file == hole.file and f"{fault.key}.".startswith(f"{hole.key}.")
