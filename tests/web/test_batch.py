"""Workbooks on their way: the page says how far each is, whoever sent one or many."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from behind import a_worker, queue_for_real
from junheng.base.people import Role
from junheng.operations.jobs import take_up_again
from junheng.store.models import Event, Job, Round, Upload
from web.test_upload_annotated import open_round
from world import sample_workbook


@pytest.fixture
def queued(settings, monkeypatch):
    queue_for_real(settings, monkeypatch)


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def opened(world, clerk):
    return open_round(world, clerk, "2026 年秋季", "2026-01-01T08:00")


@pytest.fixture
def worker():
    return a_worker()


def send(client, url, *files):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(url, {"file": sent})["Location"]


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.usefixtures("queued")
def test_an_upload_waits_is_read_and_shown(clerk, opened, worker):
    url = send(clerk, opened, ("县.xlsx", sample_workbook()))
    page = text(clerk.get(url))
    assert "正在排队" in page
    assert "后台程序没有在运行" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    part = clerk.get(f"{url}?part")
    assert text(part).startswith('<div id="progress"')
    worker.do_chores()
    assert "后台程序没有在运行" not in text(clerk.get(url))
    assert worker.work_once()
    assert clerk.get(f"{url}?part").headers["HX-Refresh"] == "true"
    assert "采用后会改动" in text(clerk.get(url))


@pytest.mark.usefixtures("queued")
@pytest.mark.parametrize("table", ["store_upload", "store_job"])
def test_a_reading_that_ends_while_the_page_is_made_leaves_no_page_that_waits_for_ever(
    clerk, opened, worker, table
):
    """Between any two questions of the page the reading may end; the page asks again or shows it."""
    url = send(clerk, opened, ("县.xlsx", sample_workbook()))
    worker.do_chores()
    ended = []

    def end_after(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if f'FROM "{table}"' in sql and not ended:
            ended.append(answer)
            assert worker.work_once()
        return answer

    with connection.execute_wrapper(end_after):
        page = clerk.get(url).content.decode()
    assert ended
    assert 'id="progress"' in page or "采用后会改动" in page
    assert "采用后会改动" in text(clerk.get(url))


@pytest.mark.usefixtures("queued")
def test_a_reading_given_up_is_told_and_may_be_tried_again(clerk, opened, worker):
    url = send(clerk, opened, ("县.xlsx", sample_workbook()))
    DBTaskResult.objects.get().claim("dead")
    Job.objects.update(state="running", attempts=3, lease_until=timezone.now())
    take_up_again(now=timezone.now())
    assert "试了 3 次都没有做完" in text(clerk.get(url))
    assert "读取没有完成" in text(clerk.get(opened))
    assert clerk.get(f"{url}?part").headers["HX-Refresh"] == "true"
    clerk.post(f"{url}read-again/")
    assert "正在排队" in text(clerk.get(url))
    assert worker.work_once()
    assert "采用后会改动" in text(clerk.get(url))


@pytest.mark.usefixtures("queued")
def test_what_is_set_aside_while_it_waits_is_not_read(clerk, opened, worker):
    url = send(clerk, opened, ("县.xlsx", sample_workbook()))
    clerk.post(f"{url}discard/")
    assert worker.work_once()
    row = Upload.objects.get()
    assert (row.state, row.reading) == ("discarded", "")


def test_many_workbooks_are_each_an_upload_on_one_page(
    clerk, opened, django_assert_max_num_queries
):
    many = [(f"{n}.xlsx", sample_workbook()) for n in range(3)]
    url = send(clerk, opened, *many, ("坏.xlsx", b"PK\3\4 torn"))
    with django_assert_max_num_queries(12):
        page = text(clerk.get(url))
    assert "都读完了" in page
    assert page.count("点开核对后采用") == 3
    assert "已损坏" in page
    assert [row.state for row in Upload.objects.order_by("pk")] == ["ready"] * 3 + ["unreadable"]
    assert Event.objects.filter(action="upload").count() == 4
    assert "同时上传的" in text(clerk.get(opened))


@pytest.mark.usefixtures("queued")
def test_how_far_many_are_is_told(clerk, opened, worker):
    url = send(clerk, opened, ("甲.xlsx", b"no"), ("乙.xlsx", b"no"))
    assert worker.work_once()
    assert "已读 1 份，共 2 份" in text(clerk.get(url))
    assert "排队中" in text(clerk.get(f"{url}?part"))
    assert worker.work_once()
    answer = clerk.get(f"{url}?part")
    assert answer.headers["HX-Refresh"] == "true"
    assert "都读完了" in text(answer)


def test_one_too_large_among_many_refuses_all_and_says_which(clerk, opened, settings):
    settings.UPLOAD_MEGABYTES = 1
    files = [SimpleUploadedFile("小.xlsx", b"x"), SimpleUploadedFile("大.xlsx", b"x" * (1 << 21))]
    answer = clerk.post(opened, {"file": files})
    assert answer.status_code == 422
    assert "“大.xlsx”超过 1 MB" in text(answer)
    assert Upload.objects.count() == 0


@pytest.mark.usefixtures("queued")
def test_a_huge_workbook_is_taken_over_behind_the_pages(clerk, opened, worker, settings):
    settings.COMMIT_AT_ONCE_MEGABYTES = 0
    url = send(clerk, opened, ("县.xlsx", sample_workbook()))
    worker.work_once()
    answer = clerk.post(f"{url}commit/", follow=True)
    assert "正在排队" in text(answer)
    # What was pressed in time counts, though the round has ended meanwhile.
    Round.objects.update(deadline=timezone.now())
    assert worker.work_once()
    assert Upload.objects.get().state == "committed"
    assert "已采用" in text(clerk.get(url))
