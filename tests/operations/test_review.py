"""A round under review: steps, locks, signatures, and what the database itself refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from junheng.base.people import Role
from junheng.base.review import GUARDED, REPORT, SUBMISSION, Act, Progress, Standing
from junheng.intake.rows import Said, Spot
from junheng.operations.comments import Remark, comment, resolve
from junheng.operations.errors import (
    IllegalStepError,
    LockedCellsError,
    NotAllowedError,
    NothingThereError,
    NotReadyError,
    ReasonWantedError,
)
from junheng.operations.odd import answered_of
from junheng.operations.reasons import give_reason
from junheng.operations.review import Asked, act_on_report, act_on_submission
from junheng.operations.uploads import undo
from junheng.operations.whose import hold
from junheng.store.migrations import __name__ as migrations
from junheng.store.models import Event, Report, Signature, Submission, Value
from junheng.store.queries.events import list_faults
from junheng.store.queries.rounds import standing_values
from junheng.store.queries.submissions import (
    content_of,
    is_signed,
    list_report_signatures,
    list_signatures,
    must_sign_again,
    open_spots,
    report_state_of,
    state_of,
)
from junheng.store.triggers import digest_of_tables
from reviewing import BUILT, LATE, NOW, ODD_SPORTS, SPORTS, WRONG_YEAR, Case, data_of
from world import make_world

OTHER = Spot("schools", "S1", "school_name")


@pytest.fixture
def case(db):  # noqa: ARG001 a fixture that must be there first
    return Case(make_world())


def dispute(case, place=BUILT, actor=None, text="请核对", **more):
    remark = Remark(round_id=case.round_id, place=place, text=text, disputed=True, **more)
    return comment(actor=actor or case.reviewer, remark=remark, now=NOW)


def returned(case):
    dispute(case)
    case.act("return", "S1")


# ------------------------------------------------------------------ the database itself


def path_to(machine, state):
    """The shortest way from the first state to another."""
    ways, todo = {machine.first: []}, [machine.first]
    while todo:
        here = todo.pop(0)
        for a, b in sorted(machine.pairs()):
            if a == here and b not in ways:
                ways[b] = [*ways[here], b]
                todo.append(b)
    return ways[state]


def run(sql, *values):
    """Whether the database lets a statement through."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError:
        return False
    return True


def made(table, round_id, state):
    columns = {"store_submission": "(round_id, school, state)", "store_report": "(round_id, state)"}
    more = ["S1"] if table == "store_submission" else []
    marks = ", ".join(["%s"] * (2 + len(more)))
    return run(f"INSERT INTO {table} {columns[table]} VALUES ({marks})", round_id, *more, state)


@pytest.mark.parametrize(
    ("table", "state"),
    [(table, state) for table, machine in GUARDED.items() for state in machine.states],
)
def test_the_database_lets_through_the_steps_of_the_table_and_no_other(case, table, state):
    machine = GUARDED[table]
    for after in machine.states:
        with transaction.atomic():
            assert made(table, case.round_id, machine.first)
            for one in path_to(machine, state):
                assert run(f"UPDATE {table} SET state = %s", one)
            goes = run(f"UPDATE {table} SET state = %s", after)
            transaction.set_rollback(True)
        assert goes is (after == state or (state, after) in machine.pairs()), after
    with transaction.atomic():
        assert made(table, case.round_id, state) is (state == machine.first)
        transaction.set_rollback(True)


def test_the_triggers_are_those_of_the_tables_as_they_are_now():
    guards = __import__(f"{migrations}.0006_review_guards", fromlist=["TABLES"])
    assert digest_of_tables() == guards.TABLES, "write a migration that calls triggers.guard again"


def test_what_was_signed_is_never_changed(case):
    case.put(data_of("S1"))
    case.act("submit", "S1")
    for column, value in (("sha256", "1" * 64), ("by_id", case.director.id), ("act", "accept")):
        assert not run(f"UPDATE store_signature SET {column} = %s", value)
    assert run("UPDATE store_signature SET ended_at = %s, ended = 'withdrawn'", NOW)


def test_every_state_is_reached_and_every_step_has_somebody(case):
    assert case
    for machine in (SUBMISSION, REPORT):
        assert {state for state in machine.states if path_to(machine, state) is not None}
        assert all(one.who for one in machine.steps if one.act is not Act.VOID)


# ------------------------------------------------------------------ the way up


def test_a_round_goes_from_the_school_to_the_province(case):
    case.sign_all()
    assert report_state_of(round_id=case.round_id) is Progress.APPROVED
    signed = list_report_signatures(round_id=case.round_id)
    assert [(one.act, one.by_id) for one in signed] == [
        (Act.PROPOSE, case.reviewer.id), (Act.SIGN, case.director.id),
        (Act.ENDORSE, case.city.id), (Act.APPROVE, case.province.id),
    ]  # fmt: skip
    assert {one.sha256 for one in signed} == {content_of(round_id=case.round_id)}
    assert is_signed(round_id=case.round_id)
    told = list(Event.objects.order_by("number").values_list("action", flat=True))
    assert told[-4:] == ["propose_report", "sign_report", "endorse_report", "approve_report"]
    assert list(list_faults()) == []


def test_a_school_submits_for_itself_and_for_nobody_else(case):
    case.put(data_of("S1"))
    case.put(data_of("S2"))
    case.act("submit", "S1", actor=case.clerk)
    with pytest.raises(NotAllowedError):
        case.act("submit", "S2", actor=case.clerk)
    with pytest.raises(NotAllowedError):
        case.act("submit", "", actor=case.clerk)


@pytest.mark.parametrize("act", ["submit", "accept", "return", "reopen"])
@pytest.mark.parametrize("who", ["director", "city", "province"])
def test_the_schools_data_are_no_business_of_those_above(case, act, who):
    case.put(data_of("S1"))
    with pytest.raises(NotAllowedError):
        case.act(act, "S1", actor=getattr(case, who), reason="x")


def test_whoever_submitted_does_not_accept(case):
    case.put(data_of("S1"))
    case.act("submit", "S1", actor=case.county_clerk)
    reviewer = case.also(Role.COUNTY_REVIEWER, case.county_clerk)
    with pytest.raises(NotReadyError, match="要由另一个人审核"):
        case.act("accept", "S1", actor=reviewer)
    case.act("accept", "S1")


def test_nothing_is_submitted_that_holds_nothing(case):
    with pytest.raises(NotReadyError, match="还没有填任何数"):
        case.act("submit", "S1")


def test_the_director_signs_nothing_that_is_not_accepted(case):
    case.fill()
    with pytest.raises(NotReadyError, match="还有 3 份没有审核通过：东县县级表、东县第一小学"):
        case.act("propose")
    case.act("submit", "")
    case.act("accept", "")
    with pytest.raises(NotReadyError, match="还有 2 份"):
        case.act("propose")
    with pytest.raises(IllegalStepError, match="is"):
        case.act("sign")


def test_a_step_out_of_turn_says_what_can_be_done(case):
    with pytest.raises(IllegalStepError) as error:
        case.act("endorse")
    assert "现在是“汇总中”，不能“复核通过”。现在能办的：提请签署。" in error.value.in_chinese()


# ------------------------------------------------------------------ what looks odd


def test_errors_keep_a_school_from_submitting_and_warnings_want_a_reason(case):
    case.fill()
    case.put({BUILT: WRONG_YEAR, SPORTS: ODD_SPORTS})
    with pytest.raises(NotReadyError, match="有 1 处错误没有改、有 1 处提醒没有写理由"):
        case.act("submit", "S1")
    case.put({BUILT: "1988"})
    mark = warning_of(case)
    reason = {"round_id": case.round_id, "school": "S1", "fingerprint": mark, "now": NOW}
    with pytest.raises(ReasonWantedError):
        give_reason(actor=case.clerk, reason=" ", **reason)
    with pytest.raises(NotAllowedError):
        give_reason(actor=case.reviewer, reason="实测", **reason)
    with pytest.raises(NothingThereError):
        give_reason(actor=case.clerk, reason="实测", **{**reason, "fingerprint": "0-0"})
    give_reason(actor=case.clerk, reason="场地正在改建", **reason)
    case.act("submit", "S1")
    with pytest.raises(IllegalStepError):
        give_reason(actor=case.clerk, reason="再说一次", **reason)


def warning_of(case):
    answered, odd = answered_of(row_of(case), "S1")
    (issue,) = (one for one in answered.open if one.severity == "warning")
    assert odd[issue.fingerprint].spots[0] == SPORTS
    return issue.fingerprint


def row_of(case):
    with transaction.atomic():
        return hold(case.round_id)


def test_an_error_is_not_explained_away(case):
    case.fill()
    case.put({BUILT: WRONG_YEAR})
    answered, _ = answered_of(row_of(case), "S1")
    (issue,) = answered.open
    with pytest.raises(NothingThereError):
        give_reason(
            actor=case.clerk, round_id=case.round_id, school="S1", reason="就是这样",
            fingerprint=issue.fingerprint, now=NOW,
        )  # fmt: skip


def test_a_reason_lapses_when_the_value_changes_and_holds_again_when_it_is_back(case):
    case.fill()
    case.put({SPORTS: ODD_SPORTS})
    give_reason(
        actor=case.clerk, round_id=case.round_id, school="S1", reason="场地正在改建",
        fingerprint=warning_of(case), now=NOW,
    )  # fmt: skip
    case.put({SPORTS: "2"})
    answered, _ = answered_of(row_of(case), "S1")
    assert [reason.reason for _, reason in answered.lapsed] == ["场地正在改建"]
    with pytest.raises(NotReadyError, match="有 1 处提醒"):
        case.act("submit", "S1")
    case.put({SPORTS: ODD_SPORTS})
    case.act("submit", "S1")


# ------------------------------------------------------------------ what may be changed


def test_what_is_submitted_is_locked_and_the_refusal_names_the_cell(case):
    case.fill()
    case.act("submit", "S1")
    with pytest.raises(LockedCellsError) as error:
        case.put({BUILT: "1990", OTHER: "另一个名字"})
    told = error.value.in_chinese()
    assert "有 2 个格子现在不能改，第一个是学校 S1 校舍规划建成年份：已提交，正在审核" in told
    assert standing_values(round_id=case.round_id)[BUILT] == data_of("S1")[BUILT]
    case.put({Spot("schools", "S2", "built_year"): "1990"})


def test_a_returned_submission_opens_the_disputed_cells_alone(case):
    case.fill()
    case.act("submit", "S1")
    with pytest.raises(NotReadyError, match="先在要改的格子上写明意见"):
        case.act("return", "S1")
    returned(case)
    assert state_of(round_id=case.round_id, school="S1") is Standing.RETURNED
    with pytest.raises(LockedCellsError, match="只有退回的格子能改"):
        case.put({BUILT: "1990", OTHER: "另一个名字"})
    with pytest.raises(NotReadyError, match="退回的 1 处既没有改，也没有回复"):
        case.act("submit", "S1")
    case.put({BUILT: "1990"})
    case.act("submit", "S1")
    case.act("accept", "S1")
    assert case.submission("S1").threads.filter(resolved_at__isnull=True).count() == 0


def test_a_disputed_cell_may_be_explained_instead(case):
    case.fill()
    case.act("submit", "S1")
    returned(case)
    remark = Remark(round_id=case.round_id, place=BUILT, text="房产证上就是这一年")
    comment(actor=case.clerk, remark=remark, now=NOW)
    case.act("submit", "S1")


@pytest.mark.parametrize(
    ("place", "opened"),
    [
        (Spot("schools", "S1", ""), {"schools"}),
        (Spot("classes", "", ""), {"classes"}),
    ],
)
def test_a_row_or_a_whole_sheet_of_a_school_can_be_returned(case, place, opened):
    case.fill()
    case.act("submit", "S1")
    dispute(case, place, school="S1")
    case.act("return", "S1")
    spots = open_spots(round_id=case.round_id, school="S1", now=NOW)
    assert {spot.table for spot in data_of("S1") if spots.allows(spot)} == opened
    new_class = Spot("classes", "S1\x1e99", "class_pupils")
    assert spots.allows(new_class) is ("classes" in opened)


def test_after_the_deadline_what_was_returned_can_still_be_corrected_and_nothing_else(case):
    case.fill()
    case.act("submit", "S1")
    returned(case)
    case.put({BUILT: "1990"}, now=LATE)
    with pytest.raises(LockedCellsError, match="不在填报时间里"):
        case.put({Spot("schools", "S2", "built_year"): "1990"}, now=LATE)
    case.act("submit", "S1", now=LATE)


def test_what_the_province_accepted_is_locked_until_it_sends_it_back(case):
    case.sign_all()
    dispute(case)
    with pytest.raises(NotReadyError, match="省级已验收"):
        case.act("return", "S1")
    with pytest.raises(LockedCellsError, match="省级已验收"):
        case.put({Spot("schools", "S3", "built_year"): "1990"})
    with pytest.raises(ReasonWantedError):
        case.act("send_back", actor=case.province)
    with pytest.raises(NotAllowedError):
        case.act("send_back", actor=case.city, reason="查出问题")
    case.act("send_back", actor=case.province, reason="查出问题")
    case.act("return", "S1")
    case.put({BUILT: "1990"})


def test_outsiders_say_nothing_and_settle_nothing(case):
    case.fill()
    thread = dispute(case)
    for stranger in (
        case.world.actor(Role.COUNTY_REVIEWER, inside=False),
        case.world.actor(Role.SCHOOL_CLERK, inside=False),
    ):
        with pytest.raises(NotAllowedError):
            dispute(case, actor=stranger)
        with pytest.raises(NotAllowedError):
            resolve(actor=stranger, thread_id=thread, now=NOW)
    with pytest.raises(NotAllowedError):
        dispute(case, actor=case.clerk)
    resolve(actor=case.reviewer, thread_id=thread, now=NOW)
    with pytest.raises(NothingThereError):
        resolve(actor=case.reviewer, thread_id=thread, now=NOW)


@pytest.mark.parametrize(
    "place", [Spot("nowhere", "S1", ""), Spot("schools", "S1", "nothing"), Spot("schools", "S7", "built_year")]
)  # fmt: skip
def test_nothing_is_said_of_what_is_not_there(case, place):
    case.fill()
    with pytest.raises(NothingThereError):
        dispute(case, place)


# ------------------------------------------------------------------ signatures and change


def test_a_change_below_a_signature_ends_it_and_says_who_must_sign_again(case):
    case.sign_all(last="endorse")
    returned(case)
    assert is_signed(round_id=case.round_id)
    case.put({BUILT: "1990"})
    assert not is_signed(round_id=case.round_id)
    assert report_state_of(round_id=case.round_id) is Progress.COLLECTING
    again = must_sign_again(list_report_signatures(round_id=case.round_id))
    assert [(one.act, one.by_id) for one in again] == [
        (Act.PROPOSE, case.reviewer.id), (Act.SIGN, case.director.id),
        (Act.ENDORSE, case.city.id),
    ]  # fmt: skip
    told = Event.objects.get(action="void_signatures")
    assert "县教育局负责人签署（county_director.900101）" in told.detail["signatures"]
    case.act("submit", "S1")
    case.act("accept", "S1")
    for act in ("propose", "sign", "endorse", "approve"):
        case.act(act)
    assert must_sign_again(list_report_signatures(round_id=case.round_id)) == []


def test_what_is_put_as_it_stands_is_no_change(case):
    case.sign_all(last="sign")
    returned(case)
    case.put({BUILT: data_of("S1")[BUILT]})
    assert is_signed(round_id=case.round_id)


def test_a_change_taken_back_leaves_nothing_to_sign_again(case):
    case.sign_all(last="sign")
    returned(case)
    upload = case.put({BUILT: "1990"})
    assert not is_signed(round_id=case.round_id)
    undo(actor=case.county_clerk, upload_id=upload.pk, now=NOW)
    assert must_sign_again(list_report_signatures(round_id=case.round_id)) == []
    remark = Remark(round_id=case.round_id, place=BUILT, text="原来就对")
    comment(actor=case.clerk, remark=remark, now=NOW)
    case.act("submit", "S1")
    case.act("accept", "S1")
    # The director's signature covers what stands: nobody asks him again.
    assert case.act("propose") is Progress.SIGNED
    assert Event.objects.filter(action="restore_signatures").count() == 1


def test_a_signature_taken_back_does_not_come_back_by_itself(case):
    case.sign_all(last="sign")
    case.act("recall", reason="再核一遍")
    assert case.act("propose") is Progress.PROPOSED
    case.act("sign")


def test_what_the_city_sends_back_unchanged_goes_up_to_the_city_again(case):
    case.sign_all(last="sign")
    case.act("send_back", actor=case.city, reason="说明不清")
    assert case.act("propose") is Progress.SIGNED
    case.act("endorse")
    case.act("send_back", actor=case.province, reason="再说明")
    assert case.act("propose") is Progress.ENDORSED


def test_reopening_opens_everything_and_takes_the_signatures_back(case):
    case.accept_all()
    with pytest.raises(ReasonWantedError):
        case.act("reopen", "S1")
    case.act("reopen", "S1", reason="整张班级表填错年份")
    assert not [one for one in list_signatures(round_id=case.round_id, school="S1") if one.stands]
    case.put({BUILT: "1990", OTHER: "另一个名字"})


# ------------------------------------------------------------------ what is said of a value


@pytest.mark.parametrize("said", [Said.MISSING, Said.NOT_APPLICABLE])
def test_what_is_said_to_be_unknown_is_content_and_never_a_number(case, said):
    case.put(data_of("S1"))
    before = content_of(round_id=case.round_id, school="S1")
    upload = case.put({BUILT: None}, said=said)
    assert BUILT not in standing_values(round_id=case.round_id)
    assert content_of(round_id=case.round_id, school="S1") != before
    row = Value.objects.get(upload=upload)
    assert (row.state, row.text, row.school) == (said, "", "S1")
    again = case.put({BUILT: "1990"})
    undo(actor=case.county_clerk, upload_id=again.pk, now=NOW)
    row = Value.objects.get(element="built_year", superseded_by__isnull=True)
    assert (row.state, row.text) == (said, "")


def test_the_database_keeps_no_text_of_what_is_not_reported(case):
    case.put({BUILT: "1990"})
    assert not run("UPDATE store_value SET state = 'missing'")
    assert not run("UPDATE store_value SET text = ''")
    assert not run("UPDATE store_value SET state = 'zero', text = ''")


def test_what_the_data_are_of_is_kept_with_every_value(case):
    case.fill()
    counts = {school: Value.objects.filter(school=school).count() for school in ("", "S1", "S2")}
    assert counts == {school: len(data_of(school)) for school in ("", "S1", "S2")}


def test_no_step_leaves_half_of_itself(case, monkeypatch):
    case.put(data_of("S1"))
    before = Event.objects.count()
    monkeypatch.setattr(Submission, "save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        case.act("submit", "S1")
    assert (Signature.objects.count(), Event.objects.count()) == (0, before)
    assert Report.objects.count() == 0


def test_a_step_costs_no_more_however_many_schools_there_are(case, django_assert_max_num_queries):
    case.fill()
    asked = Asked(round_id=case.round_id, act=Act.SUBMIT, school="S1")
    with django_assert_max_num_queries(28):
        act_on_submission(actor=case.clerk, asked=asked, now=NOW)
    for school in ("", "S2"):
        case.act("submit", school)
    for school in ("", "S1", "S2"):
        case.act("accept", school)
    asked = Asked(round_id=case.round_id, act=Act.PROPOSE)
    with django_assert_max_num_queries(26):
        act_on_report(actor=case.reviewer, asked=asked, now=NOW)
