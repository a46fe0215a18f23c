"""The review as people do it on its pages, from the school's submitting to the province's approval."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from junheng.base.people import Role
from junheng.store.models import Comment, Report, Signature, Submission, Thread, WarningReason
from reviewing import BUILT, ODD_SPORTS, SPORTS, WRONG_YEAR, Case


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def case(world):
    return Case(world)


@pytest.fixture
def pages(case):
    class Pages:
        def of(self, name, **asked):
            return f"{reverse(name, args=[case.round_id])}?{urlencode(asked)}"

        def act(self, client, act, school="", **more):
            url = reverse("review-act", args=[case.round_id])
            return client.post(url, {"act": act, "school": school, **more}, follow=True)

        def report(self, client, act, **more):
            url = reverse("county-report", args=[case.round_id])
            return client.post(url, {"act": act, **more}, follow=True)

        def cell(self, spot):
            return self.of("cell", table=spot.table, row=spot.row, element=spot.element)

    return Pages()


def test_a_school_sees_its_own_data_and_nobody_else_s(case, pages, browser):
    case.fill()
    clerk = browser(Role.SCHOOL_CLERK)
    assert clerk.get(pages.of("school-data", school="S1")).status_code == 200
    assert clerk.get(pages.of("school-data", school="S2")).status_code == 404
    assert clerk.get(pages.of("school-data", school="")).status_code == 404
    assert pages.act(clerk, "submit", "S2").status_code == 404
    assert clerk.get(pages.cell(BUILT)).status_code == 200
    other = BUILT._replace(row="S2")
    assert clerk.get(pages.cell(other)).status_code == 404
    assert clerk.post(pages.cell(other), {"text": "?"}).status_code == 404
    assert Comment.objects.count() == 0


def test_what_stands_in_the_way_is_said_and_the_button_cannot_be_pressed(pages, browser):
    clerk = browser(Role.SCHOOL_CLERK)
    page = clerk.get(pages.of("school-data", school="S1"))
    assert "还没有填任何数" in text(page)
    assert "disabled>提交</button>" in page.content.decode()
    answer = pages.act(clerk, "submit", "S1")
    assert answer.status_code == 422
    assert "还没有填任何数" in text(answer)


def test_an_error_must_be_corrected_and_a_warning_explained(case, pages, browser):
    case.fill()
    case.put({BUILT: WRONG_YEAR, SPORTS: ODD_SPORTS})
    clerk = browser(Role.SCHOOL_CLERK)
    page = clerk.get(pages.of("school-data", school="S1"))
    assert "有 1 处错误没有改" in text(page)
    marks = re.findall(r'name="fingerprint" value="([^"]+)"', page.content.decode())
    assert marks
    url = reverse("explain-odd", args=[case.round_id])
    for mark in marks:
        asked = {"school": "S1", "fingerprint": mark, "reason": "场地正在改建"}
        assert clerk.post(url, asked).status_code == 302
    assert WarningReason.objects.count() == len(marks)
    page = text(clerk.get(pages.of("school-data", school="S1")))
    assert "已说明：场地正在改建" in page
    assert "没有写理由" not in page
    asked = {"school": "S1", "fingerprint": marks[0], "reason": " "}
    assert clerk.post(url, asked).status_code == 422


def test_one_cell_is_sent_back_corrected_and_only_that(case, pages, browser):
    case.fill()
    reviewer, clerk = browser(Role.COUNTY_REVIEWER), browser(Role.SCHOOL_CLERK)
    assert "现在是“已提交，待县审核”" in text(pages.act(clerk, "submit", "S1"))
    reviewer.post(pages.cell(BUILT), {"text": "与档案不符", "disputed": "1"})
    assert "已退回，待改正" in text(pages.act(reviewer, "return", "S1"))
    page = text(clerk.get(pages.of("school-data", school="S1")))
    assert "与档案不符" in page
    assert "退回此处" in page
    assert "数被退回，请改正后再提交" in text(clerk.get("/"))
    case.put({BUILT: "1999"}, actor=case.clerk)
    history = text(clerk.get(pages.cell(BUILT)))
    assert "1999 （现在）" in history
    assert "已提交，待县审核" in text(pages.act(clerk, "submit", "S1"))
    thread = Thread.objects.get()
    assert reviewer.post(reverse("settle", args=[thread.pk])).status_code == 302
    assert "已了结" in text(reviewer.get(pages.cell(BUILT)))
    assert "县审核通过" in text(pages.act(reviewer, "accept", "S1"))


def test_the_queue_is_searched_filtered_and_several_are_accepted_at_once(case, pages, browser):
    case.fill()
    case.act("submit", "S1")
    case.act("submit", "S2")
    reviewer = browser(Role.COUNTY_REVIEWER)
    assert "有 2 份数待审核" in text(reviewer.get("/"))
    page = text(reviewer.get(pages.of("review-queue", state="submitted")))
    assert "东县第一小学" in page
    assert "县级表" not in page.split("选中的")[0].split("退回处")[1]
    assert "没有符合条件的学校" in text(reviewer.get(pages.of("review-queue", q="没有这所")))
    url = reverse("review-queue", args=[case.round_id])
    assert reviewer.post(url, {"school": ["S1", "S2"]}).status_code == 302
    states = dict(Submission.objects.values_list("school", "state"))
    assert (states["S1"], states["S2"]) == ("accepted", "accepted")
    answer = reviewer.post(url, {"school": ["S1"]})
    assert answer.status_code == 422
    assert "不能“审核通过”" in text(answer)
    assert browser(Role.COUNTY_CLERK).post(url, {"school": ["S1"]}).status_code == 403


def test_the_report_is_signed_from_below_and_a_change_says_who_must_sign_again(
    case, pages, browser
):
    case.accept_all()
    director = browser(Role.COUNTY_DIRECTOR)
    assert "现在是“县审核完成，待负责人签署”" in text(
        pages.report(browser(Role.COUNTY_REVIEWER), "propose")
    )
    assert "东县的上报待您签署" in text(director.get("/"))
    pages.report(director, "sign")
    assert "东县的上报待复核" in text(browser(Role.CITY_REVIEWER).get("/"))
    pages.report(browser(Role.CITY_REVIEWER), "endorse")
    assert Report.objects.get().state == "endorsed"
    case.act("reopen", "S1", reason="建成年份要改")
    case.put({BUILT: "1999"})
    page = text(director.get(pages.of("county-report")))
    assert page.count("须重新签署") == 3
    assert "签后数有变动，已失效" in page
    assert Signature.objects.filter(report__isnull=False, ended_at__isnull=True).count() == 0


def test_sending_back_needs_a_reason_and_who_may_not_is_told(case, pages, browser):
    case.sign_all(last="sign")
    city = browser(Role.CITY_REVIEWER)
    answer = pages.report(city, "send_back")
    assert answer.status_code == 422
    assert "退回县里的原因" in text(answer)
    assert "已退回县里" in text(pages.report(city, "send_back", reason="数对不上"))
    assert pages.report(browser(Role.EXPERT), "sign").status_code == 422
    assert pages.report(city, "no-such-step").status_code == 404


def test_what_is_typed_is_shown_as_text(case, pages, browser):
    case.fill()
    browser(Role.COUNTY_REVIEWER).post(pages.cell(BUILT), {"text": "<img src=x onerror=alert(1)>"})
    page = browser(Role.SCHOOL_CLERK).get(pages.of("school-data", school="S1"))
    assert "<img src=x" not in page.content.decode()
    assert "&lt;img src=x" in page.content.decode()


PAGES = {
    "the school": ("school-data", {"school": "S1"}, 26),
    "the queue": ("review-queue", {}, 15),
    "the report": ("county-report", {}, 22),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_pages_cost_the_same_however_much_there_is(
    case, pages, browser, django_assert_max_num_queries, page
):
    name, asked, most = page
    case.accept_all()
    client = browser(Role.COUNTY_REVIEWER)
    with django_assert_max_num_queries(most):
        assert client.get(pages.of(name, **asked)).status_code == 200
    with django_assert_max_num_queries(10):
        assert client.get("/").status_code == 200


def test_a_place_that_is_not_there_is_not_found(pages, browser):
    reviewer = browser(Role.COUNTY_REVIEWER)
    for place in (BUILT._replace(table="nothing"), BUILT._replace(element="nothing")):
        assert reviewer.get(pages.cell(place)).status_code == 404
    assert reviewer.post(reverse("settle", args=[999])).status_code == 404
