"""What the checks say of an upload, on its page and in the copy to download."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from typer.testing import CliRunner

from junheng.base.people import Role
from junheng.cli.main import app
from junheng.store.models import Round, Upload
from world import sample_workbook


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def opened(world, clerk):
    return open_round(world, clerk, "2026 年秋季", "2026-01-01T08:00")


def open_round(world, clerk, name, opens_at):
    url = f"/regions/{world.regions['900101'].pk}/rounds/"
    typed = {
        "round_name": name, "rulebook": "moe-2017-6", "on": "2026-09-01",
        "opens_at": opens_at, "deadline": "2099-12-31T18:00",
    }  # fmt: skip
    assert clerk.post(url, typed).status_code == 302
    return f"/rounds/{Round.objects.get(name=name).pk}/"


@pytest.fixture(scope="session")
def odd():
    """The sample county with a cell that cannot be read and a number that is hard to believe."""
    book = load_workbook(BytesIO(sample_workbook()))
    book["学校"]["N4"] = "很多"
    book["学校"]["F5"] = 1850
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(client, url, content, name="样例县.xlsx"):
    return client.post(url, {"file": SimpleUploadedFile(name, content)})["Location"]


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def members(content):
    """What stands in a workbook, the moment it was written left out."""
    with ZipFile(BytesIO(content)) as book:
        return {n: book.read(n) for n in book.namelist() if n != "docProps/core.xml"}


def test_the_copy_to_download_is_the_one_the_command_line_writes(clerk, opened, odd, tmp_path):
    answer = clerk.get(f"{send(clerk, opened, odd)}annotated/")
    assert "attachment" in answer["Content-Disposition"]
    source, target = tmp_path / "样例县.xlsx", tmp_path / "批注.xlsx"
    source.write_bytes(odd)
    CliRunner().invoke(app, ["check", str(source), "--annotate", str(target)])
    assert members(answer.content) == members(target.read_bytes())
    book = load_workbook(BytesIO(answer.content))
    assert "很多" in book["学校"]["N4"].comment.text


def test_what_the_checks_find_stands_beside_the_changes(clerk, opened, odd):
    clean = sample_workbook()
    page = text(clerk.get(send(clerk, opened, clean)))
    assert "采用后会改动" in page
    assert "核对没有发现可疑的地方" in page or "核对发现" in page
    book = load_workbook(BytesIO(clean))
    book["学校"]["F5"] = 1850
    out = BytesIO()
    book.save(out)
    page = text(clerk.get(send(clerk, opened, out.getvalue())))
    assert "采用后会改动" in page
    assert "核对发现" in page
    assert "<td>学校 F5</td>" in page
    page = text(clerk.get(send(clerk, opened, odd)))
    assert "有 1 处退回项" in page
    assert "<td>学校 F5</td>" in page


def test_a_workbook_is_compared_with_the_round_before(world, clerk, opened):
    clean = sample_workbook()
    first = send(clerk, opened, clean)
    clerk.post(f"{first}commit/")
    later = open_round(world, clerk, "2027 年秋季", "2026-10-01T08:00")
    book = load_workbook(BytesIO(clean))
    book["学校"]["N4"] = book["学校"]["N4"].value * 3
    out = BytesIO()
    book.save(out)
    page = text(clerk.get(send(clerk, later, out.getvalue())))
    assert "上年" in page or "去年" in page


def test_what_cannot_be_annotated_is_not_offered(clerk, opened):
    url = send(clerk, opened, sample_workbook())
    clerk.post(f"{url}discard/")
    assert "批注版工作簿" in text(clerk.get(url))
    Upload.objects.update(name="样例县.ods")
    assert "批注版工作簿" not in text(clerk.get(url))
    assert clerk.get(f"{url}annotated/").status_code == 404


def test_an_upload_costs_the_same_queries_however_much_is_odd(
    clerk, opened, odd, django_assert_max_num_queries
):
    url = send(clerk, opened, odd)
    with django_assert_max_num_queries(22):
        clerk.get(url)
