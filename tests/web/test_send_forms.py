"""Statistics forms of a county: sent, looked at, taken over, and nothing typed again."""

import json
import re
import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.intake.rows import Spot
from junheng.sample.form_files import write_forms
from junheng.store.models import Round, Upload, Value
from junheng.store.queries.rounds import standing_values
from world import sample_tables


@pytest.fixture(scope="session")
def forms(tmp_path_factory):
    """The forms of a few schools of the sample county, by file name."""
    folder = tmp_path_factory.mktemp("forms")
    tables = sample_tables()
    year = int(tables["county"]["report_year"][0])
    files = write_forms(folder, tables, "schools", year=year)[:3]
    return {file.name: file.read_bytes() for file in files}


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def opened(world, clerk):
    url = f"/regions/{world.regions['900101'].pk}/rounds/"
    typed = {
        "round_name": "2026 年秋季", "rulebook": "moe-2017-6", "on": "2026-09-01",
        "opens_at": "2026-01-01T08:00", "deadline": "2099-12-31T18:00",
    }  # fmt: skip
    assert clerk.post(url, typed).status_code == 302
    return f"/rounds/{Round.objects.get().pk}/"


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def send(client, opened, files):
    sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return client.post(f"{opened}forms/", {"files": sent})


class OldName(zipfile.ZipInfo):
    """A name in an archive as old programs write it: in the code of the country, unmarked."""

    def _encodeFilenameFlags(self):  # noqa: N802 the library calls it so
        return self.filename.encode("gb18030"), 0


def zipped(files, named=zipfile.ZipInfo):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(named(name), content)
    return out.getvalue()


def round_of(opened):
    return int(opened.split("/")[2])


def test_forms_are_read_looked_at_taken_over_and_taken_back(clerk, opened, forms):
    url = send(clerk, opened, forms)["Location"]
    assert Value.objects.count() == 0
    page = text(clerk.get(url))
    assert "读了 3 所学校" in page
    assert "取自" in page
    assert "还要向学校和部门收的" in page
    upload = Upload.objects.get()
    assert (upload.kind, upload.state) == ("forms", "ready")
    assert "已采用" in text(clerk.post(f"{url}commit/", follow=True))
    standing = standing_values(round_id=round_of(opened))
    code = next(spot.row for spot in standing if spot.table == "schools")
    tables = sample_tables()["schools"]
    (pupils,) = tables.filter(tables["school"] == code)["pupils_primary"].to_list()
    spot = Spot("schools", code, "pupils_primary")
    assert standing.get(spot) == (None if pupils is None else str(pupils))
    value = Value.objects.get(table="schools", row=code, element="school_name")
    assert value.cell
    assert any(value.sheet.startswith(name) for name in forms)
    # The workbook to fill in and the sheet on the page hold them, so that nobody types them again.
    book = load_workbook(BytesIO(clerk.get(f"{opened}template/").content))
    codes = {row[0].value for row in book["学校"].iter_rows(min_row=4)}
    assert code in codes
    assert code in clerk.get(f"{opened}grid/").content.decode()
    again = send(clerk, opened, forms)["Location"]
    assert "完全一样" in text(clerk.get(again))
    assert "已撤销" in text(clerk.post(f"{url}undo/", follow=True))
    assert standing_values(round_id=round_of(opened)) == {}


def test_what_no_form_holds_is_left_alone(clerk, opened, forms):
    clerk.post(f"{send(clerk, opened, forms)['Location']}commit/")
    code = next(s.row for s in standing_values(round_id=round_of(opened)) if s.table == "schools")
    cell = {"table": "funds", "row": code, "element": "public_funding_allotted", "text": "12.5"}
    saved = clerk.post(f"{opened}grid/save/", {"cells": json.dumps([cell])}).json()
    assert saved["cells"][0]["state"] == "saved"
    before = standing_values(round_id=round_of(opened))
    one = {next(iter(forms)): next(iter(forms.values()))}
    page = text(clerk.get(send(clerk, opened, one)["Location"]))
    assert "完全一样" in page
    assert standing_values(round_id=round_of(opened)) == before


def test_a_zip_is_opened_whatever_code_its_names_are_in(clerk, opened, forms):
    for named in (zipfile.ZipInfo, OldName):
        archive = zipped({f"报表/{name}": content for name, content in forms.items()}, named)
        page = text(clerk.get(send(clerk, opened, {"全县.zip": archive})["Location"]))
        assert "读了 3 所学校" in page
        assert next(iter(forms)) in page


def test_the_same_files_are_kept_once(clerk, opened, forms):
    send(clerk, opened, forms)
    send(clerk, opened, dict(reversed(forms.items())))
    assert len(set(Upload.objects.values_list("sha256", flat=True))) == 1


def test_cells_that_cannot_be_taken_are_told_and_the_rest_is(clerk, opened, forms):
    name, content = next(iter(forms.items()))
    book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int) and cell.value > 100 and cell.row > 5:
                    cell.value = "很多"
    out = BytesIO()
    book.save(out)
    page = text(clerk.get(send(clerk, opened, {**forms, name: out.getvalue()})["Location"]))
    assert "没有取的" in page
    assert "很多" in page
    assert "采用</button>" in page


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"表.xlsx": b"PK\3\4 torn"}, None),
        ({"说明.txt": b"hello"}, "统计报表"),
        ({"全县.zip": b"PK\3\4 torn"}, "损坏"),
    ],
)
def test_what_is_no_form_changes_nothing_and_says_so(clerk, opened, files, says):
    answer = send(clerk, opened, files)
    page = text(clerk.get(answer["Location"]) if answer.status_code == 302 else answer)
    assert says is None or says in page
    assert Value.objects.count() == 0


def test_a_post_without_files_and_one_from_a_school_are_refused(browser, clerk, opened, forms):
    assert "请选择文件" in text(clerk.post(f"{opened}forms/", {}))
    assert send(browser(Role.SCHOOL_CLERK), opened, forms).status_code == 403
    assert send(browser(Role.COUNTY_CLERK, inside=False), opened, forms).status_code == 404
    assert "传统计报表" in text(clerk.get(opened))
    assert "传统计报表" not in text(browser(Role.SCHOOL_CLERK).get(opened))
