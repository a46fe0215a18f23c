"""Problems go the way of the table and no other; nobody closes without proof, or his own."""

import random
from dataclasses import replace

import pytest

from junheng.ledger.rectification import (
    ASIDE,
    DONE,
    INDEPENDENT,
    OPEN,
    OWN,
    PROBLEM,
    START,
    Act,
    BrokenLedgerError,
    Case,
    Entry,
    Move,
    Refusal,
    RefusedError,
    State,
    replay,
    take,
)

OWNER, CHECKER, PROOF = 1, 2, 7


def move(act, **told):
    is_own = act in OWN
    given = {
        "act": act, "by": OWNER if is_own else CHECKER, "is_owner": is_own, "text": "因为如此",
        "proof": PROOF, "evidence": 1,
    }  # fmt: skip
    return Move(**given | told)


WAY = (Act.ASSIGN, Act.ACCEPT, Act.REPORT, Act.SUBMIT, Act.VERIFY, Act.CLOSE, Act.CONFIRM)


def after(*acts, needs_proof=True):
    case = Case(needs_proof=needs_proof)
    for act in acts:
        case = take(case, move(act))
    return case


def refused(case, asked):
    with pytest.raises(RefusedError) as caught:
        take(case, asked)
    return caught.value.why


def test_the_way_from_opening_to_looking_back():
    states = [after(*WAY[:n]).state for n in range(len(WAY) + 1)]
    assert states == ["opened", "assigned", "accepted", "working", "submitted", "verified", "closed",
                      "confirmed"]  # fmt: skip


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_what_the_table_does_not_know_cannot_be_done(state, act):
    case = Case(needs_proof=True, state=state)
    if PROBLEM.find(state, act) or (act in ASIDE and state in OPEN):
        assert take(case, move(act)).state == (getattr(PROBLEM.find(state, act), "next", state))
    else:
        assert refused(case, move(act)) is Refusal.NO_STEP


@pytest.mark.parametrize("act", [Act.VERIFY, Act.CLOSE])
def test_an_indicator_is_closed_on_newer_data_alone(act):
    case = after(*WAY[: WAY.index(act)])
    assert refused(case, move(act, proof=None)) is Refusal.PROOF
    assert take(case, move(act, evidence=0)).state in DONE


@pytest.mark.parametrize("act", [Act.VERIFY, Act.CLOSE])
def test_anything_else_is_closed_on_evidence(act):
    case = after(*WAY[: WAY.index(act)], needs_proof=False)
    assert refused(case, move(act, evidence=0)) is Refusal.EVIDENCE
    assert take(case, move(act, proof=None)).state in DONE


@pytest.mark.parametrize("act", sorted(INDEPENDENT))
def test_nobody_checks_what_he_had_a_hand_in(act):
    for state in State:
        if PROBLEM.find(state, act):
            case = Case(needs_proof=True, state=state, owners=frozenset({OWNER}))
            assert refused(case, move(act, by=OWNER)) is Refusal.NOT_OWNER
            assert refused(case, move(act, is_owner=True)) is Refusal.NOT_OWNER
            assert refused(case, move(act, by=None)) is Refusal.NOT_OWNER


def test_who_had_a_hand_in_it_is_remembered_when_others_go_on():
    case = after(*WAY[:4])
    case = take(replace(case, state=State.WORKING), move(Act.SUBMIT, by=3))
    assert case.owners == {OWNER, 3}
    assert refused(case, move(Act.VERIFY, by=OWNER)) is Refusal.NOT_OWNER


@pytest.mark.parametrize("act", sorted(OWN))
def test_others_do_not_act_for_who_is_responsible(act):
    state = next(one.state for one in PROBLEM.steps if one.act is act)
    case = Case(needs_proof=True, state=state)
    assert refused(case, move(act, is_owner=False)) is Refusal.OWNER


@pytest.mark.parametrize("act", [Act.DISPUTE, Act.SEND_BACK, Act.REOPEN, Act.EXTEND, Act.REPORT])
def test_some_steps_need_a_reason(act):
    state = next((one.state for one in PROBLEM.steps if one.act is act), State.WORKING)
    assert refused(Case(needs_proof=True, state=state), move(act, text=" ")) is Refusal.REASON


def test_extensions_are_counted_and_lead_nowhere():
    case = take(take(after(*WAY[:3]), move(Act.EXTEND)), move(Act.EXTEND))
    assert (case.state, case.extensions) == (State.WORKING, 2)
    assert refused(after(*WAY[:6]), move(Act.EXTEND)) is Refusal.NO_STEP


def test_newer_data_reopen_whatever_they_had_closed():
    for number in (5, 6, 7):
        assert take(after(*WAY[:number]), move(Act.FAIL_AGAIN, by=None)).state is State.WORKING


# ------------------------------------------------------------------ histories


def history(dice, length=16):
    """A random legal history: moves that were possible, with whatever was handed in."""
    start = case = Case(needs_proof=dice.random() < 0.5)
    entries, previous = [], START
    for number in range(length * 5):
        if len(entries) == length:
            break
        usual = [one.act for one in PROBLEM.steps if one.state == case.state]
        asked = Move(
            act=dice.choice(usual if dice.random() < 0.8 else list(Act)), by=dice.choice([None, 1, 2, 3]), is_owner=dice.random() < 0.5,
            text=dice.choice(["", "理由"]), proof=dice.choice([None, 5]), evidence=dice.choice([0, 2]),
        )  # fmt: skip
        try:
            case = take(case, asked)
        except RefusedError:
            continue
        entries.append(Entry(number=len(entries) + 1, at=f"2026-11-{number:02}", move=asked,
                             state=case.state, previous=previous))  # fmt: skip
        previous = entries[-1].sha256
    return start, case, entries


def test_ten_thousand_histories_replay_and_none_is_closed_without_proof():
    dice = random.Random(20261127)
    closed = 0
    for _ in range(10_000):
        start, case, entries = history(dice)
        assert replay(start, entries) == case
        owners = set()
        for entry in entries:
            asked = entry.move
            if asked.act in OWN:
                owners.add(asked.by)
            if asked.act in {Act.VERIFY, Act.CLOSE}:
                assert asked.proof is not None if start.needs_proof else asked.evidence
                assert asked.by not in owners
                closed += 1
    assert closed > 500


def test_a_changed_missing_or_moved_entry_is_found():
    dice = random.Random(7)
    start, _, entries = next(one for one in iter(lambda: history(dice), None) if len(one[2]) > 6)
    tampered = [
        entries[1:], [entries[1], entries[0], *entries[2:]], [*entries[:2], *entries[3:]],
        [replace(entries[0], at="2020-01-01"), *entries[1:]],
        [replace(entries[0], state=State.CLOSED), *entries[1:]],
        [replace(entries[0], move=replace(entries[0].move, text="另一句")), *entries[1:]],
    ]  # fmt: skip
    for one in tampered:
        with pytest.raises(BrokenLedgerError):
            replay(start, one)
    assert replay(start, entries[:-1])
