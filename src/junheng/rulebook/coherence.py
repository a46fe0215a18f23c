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
    # A day's law is only worth asking once its measures are.
    return found or check_coverage(rulebook, places)
