"""What the engine certifies, the verifier derives again: real counties, random ones, other laws."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from certificate_cells import compared_cells
from certificate_law import NATION, blocks
from verify_certificate import NATIONAL, check_law, digest, verified

from certificates.conftest import certified_rows, law
from certificates.tamper import sealed
from junheng.evaluate.county import evaluate_county
from junheng.explain.certificate import canonical, certificate
from junheng.explain.certificate_law import law_statement
from junheng.publish.certificates import certificates_in
from junheng.sample.county import sample_county
from oracle.counties import DAYS, random_county

TOOL = Path(__file__).parents[2] / "tools/verify_certificate.py"
BATCHES, PER_BATCH = 10, 30
ARCHIVE, CELLS = (TOOL.with_name(f"certificate_{name}.py") for name in ("archive", "cells"))
LINES = {TOOL.name: 400}  # of the others 150


def run(*arguments, tool=TOOL):
    """The tool as a stranger runs it, with nothing but his own Python."""
    return subprocess.run(
        [sys.executable, "-S", tool, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1"},
    )


def test_the_sample_county_is_proved_and_so_is_every_cell(sample, workbook):
    proved, failed = verified(sample)
    assert not failed
    assert proved["indicators"] > 6000
    assert proved["schools"] > 500
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
    assert proved["indicators"] > 50


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


def marks(found):
    """The blocks of which only a digest is kept."""
    return {name: one for name, one in found.items() if str(one).startswith("摘要")}


def test_the_verifier_knows_the_national_rulebook_of_today():
    stated, kept = national(), marks(NATION["blocks"])
    pair, found = [digest(stated), law(NATIONAL).rulebook.sha256], marks(blocks(stated))
    new = {name: one for name, one in found.items() if kept.get(name) != one}
    pins = json.dumps({"known": pair, "blocks": new}, ensure_ascii=False)
    assert pair in NATION["known"], f"tools/national_rulebook.json lacks {pins}"
    assert found == kept, f"tools/national_rulebook.json lacks {pins}"


def test_the_numbers_copied_out_by_hand_are_those_of_the_rulebook():
    kept, found = NATION["blocks"], blocks(national())
    assert {name: kept[name] for name in kept.keys() - marks(kept).keys()} == {
        name: found[name] for name in found.keys() - marks(found).keys()
    }


def test_a_number_that_differs_from_the_nation_s_is_named(own):
    own["law"]["rollup"][0]["met_at_least"] = 5
    assert {where for where, *_ in check_law(own)} == {"law rollup"}


def test_a_known_text_under_another_rulebook_s_hash_is_told(own):
    own["rulebook"]["sha256"] = "0" * 64
    assert [where for where, *_ in check_law(own)] == ["law"]


def test_a_text_that_differs_in_no_block_is_still_not_the_nation_s(own):
    own["law"]["indicators"].reverse()
    assert [where for where, *_ in check_law(own)] == ["law"]


# ------------------------------------------------------------------ the command


def written(tmp_path, stated):
    file = tmp_path / "results.cert.json"
    file.write_bytes(canonical(stated) + b"\n")
    return file


def test_a_stranger_needs_nothing_but_python(tmp_path, sample, workbook):
    file = written(tmp_path, sample)
    for command in ((file,), (file, workbook)):
        tool = TOOL if len(command) == 1 else CELLS
        done = run(*command, "--digest", sample["digest"], tool=tool)
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
    done = run(archive, "--digest", listed["digest"], "--jobs", "2", tool=ARCHIVE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 个县" in done.stdout
    with certificates_in(tmp_path, law()) as add:
        for one in (counties[1], counties[0], counties[2]):
            add(one)
    assert run(archive, "--jobs", "1", tool=ARCHIVE).returncode == 0
    swapped = run(archive, "--digest", listed["digest"], "--jobs", "1", tool=ARCHIVE)
    assert swapped.returncode == 1


def test_a_county_of_an_archive_that_was_changed_is_named(tmp_path):
    archive = tmp_path / "certificates.jsonl.gz"
    counties = [certified_rows(random_county(seed, schools=3), law()) for seed in range(2)]
    counties[1]["results"]["strict"]["status"] = "met"
    with certificates_in(tmp_path, law()) as add:
        for one in counties:
            add(sealed(one))
    done = run(archive, "--jobs", "1", tool=ARCHIVE)
    assert done.returncode == 1
    assert "results/strict/status：凭证写的是 met" in done.stdout
    archive.write_bytes(archive.read_bytes()[:-40])
    assert run(archive, "--jobs", "1", tool=ARCHIVE).returncode == 2


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
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LINES.get(file.name, 150)
    assert all(len(line) <= 100 for line in lines)
    assert not any(line.rstrip().endswith(";") or "; " in line for line in lines)
    atonce, later = imported_by(file)
    beside = set() if file == TOOL else {"verify_certificate"}
    assert atonce <= sys.stdlib_module_names | beside
    assert later <= {"certificate_law"}


def imported_by(file):
    """What a file imports at once, and what only where it is needed."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    every = {name: node for node in ast.walk(tree) for name in names_imported(node)}
    atonce = {name for name, node in every.items() if node in tree.body}
    return atonce, every.keys() - atonce


def names_imported(node):
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [node.module.split(".")[0]] if isinstance(node, ast.ImportFrom) else []


def alone(tmp_path, *beside):
    """The script in a folder of its own, with nothing but what is named beside it."""
    for name in (TOOL.name, *beside):
        shutil.copy(TOOL.parent / name, tmp_path)
    return tmp_path / TOOL.name


def test_the_script_by_itself_proves_all_but_that_the_law_is_the_nation_s(tmp_path, small):
    done = run(written(tmp_path, small), tool=alone(tmp_path))
    assert done.returncode == 1
    assert (
        "✗ law：凭证写的是 没有与国家办法核对，应为 脚本旁边要有 certificate_law.py" in done.stdout
    )
    assert "不符 1 处。" in done.stdout
    done = run(written(tmp_path, small), tool=alone(tmp_path, "certificate_law.py"))
    assert done.returncode == 1
    assert "应为 脚本旁边要有 national_rulebook.json" in done.stdout
    done = run(written(tmp_path, small), tool=alone(tmp_path, "national_rulebook.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "没有与国家办法核对" not in done.stdout


def test_the_script_by_itself_names_a_false_result(tmp_path, own):
    own["results"]["strict"]["status"] = "met"
    done = run(written(tmp_path, sealed(own)), tool=alone(tmp_path))
    assert done.returncode == 1
    assert "results/strict/status：凭证写的是 met" in done.stdout


def test_a_city_s_law_is_proved_without_the_nation_s_and_that_is_told(tmp_path):
    stated = certified_rows(random_county(11), law("shenyang-quota"))
    done = run(written(tmp_path, stated), tool=alone(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "没有与国家办法核对" in done.stdout
    done = run(written(tmp_path, stated))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "与国家办法不同 law 14" in done.stdout


def test_an_original_that_is_no_workbook_cannot_be_read(tmp_path, small):
    original = tmp_path / "样例县.xlsx"
    original.write_text("text")
    done = run(written(tmp_path, small), original, tool=CELLS)
    assert done.returncode == 2
    assert "样例县.xlsx" in done.stderr
