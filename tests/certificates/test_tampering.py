"""Every leaf of a certificate changed in turn: who is caught, by what, and who is not."""

import copy
import itertools
import random

import pytest
from certificate_cells import compared_cells
from verify_certificate import BROKEN, Case, agrees, check_law, compared, digest, verified

from certificates.conftest import certified_rows, law
from certificates.tamper import leaves, lies_about, put, sealed
from oracle.counties import random_county

# What only the certifier can say; that nobody changed it afterwards the digest shows.
STATEMENTS = {("engine",), ("law_of",)}


def places(cert, *top):
    return [(path, value) for path, value in leaves(cert) if path[: len(top)] == top]


def changed(cert, path, value):
    """The certificate with one leaf changed; the change is undone when the next is asked for."""
    node = cert
    for key in path[:-1]:
        node = node[key]
    before, node[path[-1]] = node[path[-1]], value
    try:
        yield cert
    finally:
        node[path[-1]] = before


def test_a_change_of_any_leaf_shows_in_the_digest(own):
    """Mode 1: something was changed and the digest left as it was."""
    stated, sealed_with = {k: v for k, v in own.items() if k != "digest"}, own["digest"]
    assert digest(stated) == sealed_with
    count = 0
    for path, value in list(leaves(stated)):
        lie = lies_about(value)[0]
        for forged in changed(stated, path, lie):
            count += 1
            assert digest(forged) != sealed_with, path
    assert count > 3000
    assert digest(stated) == sealed_with


def test_every_result_changed_is_caught_though_the_digest_was_made_anew(own):
    """Mode 2: the forger seals what he changed; the results no longer follow from the rest."""
    right = Case(own).results()
    results, count = own["results"], 0
    assert all(agrees(said, true) for _, said, true in compared(results, right))
    for path, value in list(leaves(results)):
        for lie in lies_about(value)[:3]:
            for forged in changed(results, path, lie):
                count += 1
                wrong = [at for at, said, true in compared(forged, right) if not agrees(said, true)]
                assert wrong, (path, value, lie)
    assert count > 1000


def test_a_result_left_out_or_put_in_is_caught(own):
    right = Case(own).results()
    for path, _ in list(leaves(own["results"]))[::7]:
        forged = copy.deepcopy(own["results"])
        node = forged
        for key in path[:-1]:
            node = node[key]
        if isinstance(node, dict):
            del node[path[-1]]
            node["another"] = "1"
        else:
            node.append(node[0])
        assert any(not agrees(said, true) for _, said, true in compared(forged, right)), path


def test_every_parameter_clause_and_day_of_the_national_law_changed_is_caught(own):
    """Mode 2: whoever says he used the national rulebook must have used it to the letter."""
    count = 0
    for path, value in places(own, "law"):
        lie = lies_about(value)[0]
        for forged in changed(own, path, lie):
            count += 1
            assert breaks_the_law(forged), (path, value, lie)
    assert count > 1500


def breaks_the_law(cert):
    try:
        return any(check_law(cert))
    except BROKEN:  # no such rules can be read: `verified` calls that a failure
        return True


def test_a_threshold_is_named_with_the_number_it_should_have(own):
    first = next(i for i in own["law"]["indicators"] if i.get("number") == 4)
    put(first, ("part", 0, "standard", 0, "at_least"), "4.4")
    wrong = {where: (said, right) for where, said, right in verified(sealed(own))[1]}
    assert wrong["law 4"] == ("per=1 primary>=4.4 junior>=5.8", "per=1 primary>=4.5 junior>=5.8")


def test_the_rest_of_the_head_is_caught_but_for_what_only_the_certifier_knows(own):
    for path, value in list(leaves(own)):
        if path[0] in ("law", "inputs", "results", "digest"):
            continue
        forged = copy.deepcopy(own)
        put(forged, path, lies_about(value)[0])
        assert bool(verified(sealed(forged))[1]) is (path not in STATEMENTS), path


@pytest.mark.parametrize("value", [None, "x"])
def test_what_no_certificate_says_is_caught(own, value):
    own["remark"] = value
    assert "remark" in {where for where, *_ in verified(sealed(own))[1]}


def test_an_input_changed_tells_or_changes_nothing_that_was_found():
    """Mode 2 for inputs: without the original only what follows from a value gives it away."""
    own = certified_rows(random_county(7, schools=2, gap_rate=0), law())
    right, caught, silent = Case(own).results(), 0, []
    for path, value in places(own, "inputs", "tables")[::2]:
        for forged in changed(own, path, lies_about(value)[0]):
            try:
                told = any(
                    not agrees(said, true)
                    for _, said, true in compared(own["results"], Case(forged).results())
                )
            except BROKEN:
                told = True
            caught += told and path[3] == "rows"
            silent += [] if told else [path]
    assert right == Case(own).results()
    # Where a value stands, and under which heading, only the original can tell.
    assert caught > sum(path[3] == "rows" for path in silent)
    # What stays silent is what no verdict reads, or a value beside which another decides.
    assert not {path for path in silent if path[3] == "elements"} - unread(own)


def unread(cert):
    tables = cert["inputs"]["tables"]
    names = {"school_name", "grade", "class_name", "merge_reason", "survey_issued"}
    return {
        ("inputs", "tables", table, "elements", at)
        for table, one in tables.items()
        for at, name in enumerate(one["elements"])
        if name in names
    }


def test_with_the_original_at_hand_every_input_and_where_it_stands_is_proved(sample, workbook):
    """Mode 2 with `--input`: values, rows, columns, headings, sheets, files, hashes, words."""
    every = places(sample, "inputs")
    dice = random.Random(1)
    picked = [one for one in every if one[0][1] != "tables" or one[0][3] != "rows"]
    picked += dice.sample(every, 150)
    forged = copy.deepcopy(sample)
    untouched = list(compared_cells(sample, workbook))
    assert all(said == right for _, said, right in untouched)
    for path, value in dice.sample(picked, min(len(picked), 260)):
        for one in changed(forged, path, lies_about(value)[0]):
            assert not proved(one, workbook), (path, value)


def proved(cert, workbook):
    try:
        return all(said == right for _, said, right in compared_cells(cert, workbook))
    except BROKEN:
        return False


def test_a_row_kept_back_is_found_in_the_original(sample, workbook):
    forged = copy.deepcopy(sample)
    forged["inputs"]["tables"]["classes"]["rows"].pop(3)
    assert not proved(forged, workbook)


@pytest.mark.parametrize("seed", range(3))
def test_results_made_for_other_inputs_are_caught(seed):
    one, other = (certified_rows(random_county(seed + n), law()) for n in (100, 200))
    one["results"] = other["results"]
    assert verified(sealed(one))[1]


def test_the_lies_told_here_are_lies():
    values = [None, True, 3, "met", "2017-04-19", "4.2", "0", "-1", "text"]
    for value, lie in itertools.chain.from_iterable(
        ((v, x) for x in lies_about(v)) for v in values
    ):
        assert lie != value
