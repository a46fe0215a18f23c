"""What the engine certifies, the verifier derives again: real counties, random ones, other laws."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from certificate_cells import compared_cells
from certificate_law import KNOWN, NATIONAL, NUMBERS, PIECES, check_law, digest, pieces, spelled
from verify_certificate import verified

from certificates.conftest import certified_rows, law
from junheng.evaluate.county import evaluate_county
from junheng.explain.certificate import canonical, certificate
from junheng.explain.certificate_law import law_statement
from junheng.publish.certificates import certificates_in
from junheng.sample.county import sample_county
from oracle.counties import DAYS, random_county

TOOL = Path(__file__).parents[2] / "tools/verify_certificate.py"
BATCHES, PER_BATCH = 10, 30


def run(*arguments):
    """The tool as a stranger runs it, with nothing but his own Python."""
    return subprocess.run(
        [sys.executable, "-S", TOOL, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1"},
    )


def test_the_sample_county_is_proved_and_so_is_every_cell(sample, workbook):
    proved, failed = verified(sample)
    assert not failed
    assert proved["sections"] > 3000
    assert proved["indicators"] > 1000
    assert proved["eased"] > 1000
    cells = list(compared_cells(sample, workbook))
    assert len(cells) > 10_000
    assert all(said == right for _, said, right in cells)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_counties_with_gaps_merges_and_relaxations_are_proved(batch):
    for seed in range(batch * PER_BATCH, (batch + 1) * PER_BATCH):
        under = law(on=DAYS[seed % len(DAYS)])
        _, failed = verified(certified_rows(random_county(seed), under))
        assert not failed, (seed, failed[:5])


def test_a_city_with_other_numbers_is_proved_and_its_numbers_are_named():
    stated = certified_rows(random_county(11), law("shenyang-quota"))
    assert not verified(stated)[1]
    named = {where: (said, right) for where, said, right in check_law(stated)}
    assert ">=8000@2023-01-01" in named["law 14"][0]
    assert ">=7000@2025-03-01" in named["law 14"][1]
    assert not named.keys() & {f"law {number}" for number in range(1, 9)}


def test_foreign_counties_are_proved_under_a_law_with_other_items():
    kinds = [("primary", 310), ("primary", 77), ("junior", 500), ("junior", None)]
    rows = {
        "schools": [
            {"school": f"s{n}", "kind": kind, f"pupils_{kind}": pupils}
            for n, (kind, pupils) in enumerate(kinds)
        ],
        "teachers": [
            {"school": f"s{n}", "stage": kind, "teachers": 9 + n}
            for n, (kind, _) in enumerate(kinds)
        ],
        "facilities": [{"school": f"s{n}", "classrooms": 8, "running_cost": 1e5} for n in range(3)],
    }
    proved, failed = verified(certified_rows(rows, law("demo-ph")))
    assert not failed
    assert proved["sections"] > 50


def test_the_same_inputs_law_and_engine_give_the_same_digest():
    tables = sample_county(law(), seed=3)
    once, twice = (
        certificate(evaluate_county(tables, law()), tables, law(), engine_version="1")
        for _ in range(2)
    )
    assert canonical(once) == canonical(twice)


# ------------------------------------------------------------------ the verifier's own table


def national():
    return json.loads(canonical(law_statement(law(NATIONAL))))


def test_the_verifier_knows_the_national_rulebook_of_today():
    stated, book = national(), law(NATIONAL).rulebook.sha256
    pins = f"KNOWN {digest(stated)}: {book}; PIECES {' '.join(pieces(stated).values())}"
    assert (digest(stated), book) in KNOWN, f"tools/certificate_law.py lacks {pins}"
    assert list(pieces(stated).values()) == PIECES.split(), f"tools/certificate_law.py lacks {pins}"


def test_the_numbers_copied_out_by_hand_are_those_of_the_rulebook():
    entries = [entry.strip() for entry in NUMBERS.replace("\n", " ").split("|")]
    assert dict(entry.partition(" ")[::2] for entry in entries) == spelled(national())


def test_a_number_that_differs_from_the_nation_s_is_named(own):
    own["law"]["rollup"][0]["met_at_least"] = 5
    assert {where for where, *_ in check_law(own)} == {"law rollup"}


# ------------------------------------------------------------------ the command


def written(tmp_path, stated):
    file = tmp_path / "results.cert.json"
    file.write_bytes(canonical(stated) + b"\n")
    return file


def test_a_stranger_needs_nothing_but_python(tmp_path, sample, workbook):
    file = written(tmp_path, sample)
    done = run(file, "--input", workbook, "--digest", sample["digest"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert sample["digest"] in done.stdout
    assert "全部相符" in done.stdout


def test_a_false_number_is_named_with_what_it_should_be(tmp_path, own):
    step = own["results"]["strict"]["steps"]["schools"]
    right = step["met"]
    step["met"] = right + 1
    own["digest"] = digest({key: value for key, value in own.items() if key != "digest"})
    done = run(written(tmp_path, own))
    assert done.returncode == 1
    assert (
        f"results/strict/steps/schools/met：凭证写的是 {right + 1}，应为 {right}\n" in done.stdout
    )


def test_a_published_digest_that_differs_is_told(tmp_path, small):
    done = run(written(tmp_path, small), "--digest", "0" * 64)
    assert done.returncode == 1
    assert "公布的" in done.stdout


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"a"', "{}"])
def test_what_is_no_certificate_cannot_be_read(tmp_path, text):
    file = tmp_path / "results.cert.json"
    file.write_text(text)
    done = run(file)
    assert done.returncode == 2
    assert "读不了" in done.stderr


def test_white_space_or_a_key_said_twice_is_not_canonical(tmp_path, small):
    file = tmp_path / "results.cert.json"
    file.write_text(json.dumps(small, ensure_ascii=False))
    assert "不是规范写法" in run(file).stdout
    file.write_text(canonical(small).decode().replace("{", '{"county":"x",', 1))
    assert "不是规范写法" in run(file).stdout


# ------------------------------------------------------------------ many counties


def test_an_archive_of_counties_is_proved_and_a_swapped_one_is_not(tmp_path):
    counties = [certified_rows(random_county(seed, schools=4), law()) for seed in range(3)]
    archive, index = tmp_path / "certificates.jsonl.gz", tmp_path / "certificates.index.json"
    with certificates_in(tmp_path, law()) as add:
        for one in counties:
            add(one)
    listed = json.loads(index.read_text())
    assert listed["certificates"] == [[one["county"], one["digest"]] for one in counties]
    done = run(archive, "--digest", listed["digest"], "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    with certificates_in(tmp_path, law()) as add:
        for one in (counties[1], counties[0], counties[2]):
            add(one)
    assert run(archive, "--jobs", "1").returncode == 0
    assert run(archive, "--digest", listed["digest"], "--jobs", "1").returncode == 1


def test_an_archive_that_could_not_be_finished_never_appears(tmp_path, small):
    def interrupted():
        with certificates_in(tmp_path, law()) as add:
            add(small)
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", sorted(TOOL.parent.glob("*certificate*.py")), ids=lambda f: f.name)
def test_no_line_of_the_verifier_comes_from_the_engine(file):
    text = file.read_text(encoding="utf-8")
    assert "import junheng" not in text
    assert "from junheng" not in text
    lines = text.splitlines()
    assert len(lines) <= 400
    assert all(len(line) <= 100 for line in lines)
