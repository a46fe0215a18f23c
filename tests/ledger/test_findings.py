"""The causes of a verdict are those the results tell, each by a key that other results know too."""

import json

from junheng.ledger.findings import causes_of, every_cause, status_of
from web.test_routes import evaluated


def document():
    return json.loads(evaluated()[1]["results.json"])


def test_every_cause_has_a_key_of_its_own():
    keys = [one.key for one in every_cause(document())]
    assert len(keys) == len(set(keys))
    assert "cv/sports_area_per_pupil/primary" in keys
    assert "schools/primary" in keys
    assert "indicator/class_size" in keys


def test_what_is_below_is_a_cause_with_relaxations_made_use_of():
    told = document()
    found = {one.key: one.status for one in causes_of(told)}
    relaxed = {row["id"]: row for row in told["with_relaxations"]["indicators"]}
    for row in told["indicators"]:
        if "status" in row:
            status = relaxed.get(row["id"], row)["status"]
            assert (f"indicator/{row['id']}" in found) == (status in {"below", "missing"})
            assert status_of(told, f"indicator/{row['id']}") == status
    assert any(key.startswith("cv/") for key in found)
    assert set(found.values()) <= {"below", "missing"}


def test_a_cause_that_is_eased_is_none():
    told = document()
    row = next(one for one in told["indicators"] if one.get("status") == "below")
    key = f"indicator/{row['id']}"
    assert status_of(told, key) == "below"
    told["with_relaxations"]["indicators"] = [{**row, "status": "met"}]
    assert status_of(told, key) == "met"
    assert key not in {one.key for one in causes_of(told)}


def test_of_what_the_results_do_not_speak_there_is_no_status():
    assert status_of(document(), "indicator/nothing") == ""
