"""The certificate of a verdict: inputs, law and results, from which a stranger can derive it again.

Nothing is computed here: what was found is set down in a form whose digest anyone can reproduce.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.certificate_inputs import inputs_statement
from junheng.explain.certificate_law import law_statement
from junheng.explain.certificate_results import results_statement
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

FORMAT: Final = "junheng-certificate/2"  # raised when a key changes its meaning


def certificate(
    evaluation: CountyEvaluation, tables: Tables, law: Law, *, engine_version: str
) -> dict[str, Any]:
    """Return the certificate of one county as plain JSON values, its digest among them.

    It holds no time of making: the same inputs, law and engine give the same digest.
    """
    stated: dict[str, Any] = {
        "format": FORMAT,
        "engine": engine_version,
        "county": evaluation.county,
        "law_of": evaluation.on.isoformat(),
        "rulebook": {
            "id": law.rulebook.id,
            "lineage": list(law.rulebook.lineage),
            "sha256": law.rulebook.sha256,
        },
        "law": law_statement(law),
        "inputs": inputs_statement(tables, law),
        "results": results_statement(evaluation, law),
    }
    return stated | {"digest": digest_of(stated)}


def canonical(stated: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return the one way to write a certificate.

    UTF-8, keys in the order of their code points, no white space, no escapes but those JSON
    demands. Numbers with decimals stand as text, so that there is one way to write them too.
    """
    text = json.dumps(
        stated, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()


def digest_of(stated: Mapping[str, Any] | Sequence[Any]) -> str:
    """Return the SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(stated)).hexdigest()
