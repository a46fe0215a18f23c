"""Tables are kept as they were read: every value, every cell; an older evaluation is read from its workbook."""

from dataclasses import replace

import pytest

from junheng.operations import results
from junheng.operations.evaluating import DATA, read_frozen
from junheng.operations.kept_tables import TABLES, keep_tables, kept_tables
from junheng.rulebook.loader import load_rulebook
from junheng.store.queries.snapshots import find_run
from web.test_counties import found, opened
from web.test_routes import evaluated


@pytest.fixture
def read(tmp_path):
    path = tmp_path / DATA
    path.write_bytes(evaluated()[1][DATA])
    return read_frozen(path, load_rulebook("moe-2017-6")).tables


def test_what_is_kept_is_what_was_read(read, tmp_path):
    keep_tables(read, tmp_path / "kept.zip")
    kept = kept_tables(tmp_path / "kept.zip")
    assert kept.frames.keys() == read.frames.keys()
    for name, frame in read.frames.items():
        assert kept[name].equals(frame)
        assert kept[name].schema == frame.schema
    assert (kept.origins, kept.notices) == (read.origins, read.notices)
    assert kept.own_origins == read.own_origins == {}


def test_the_same_tables_are_the_same_bytes(read, tmp_path):
    for name in ("one.zip", "two.zip"):
        keep_tables(read, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_an_evaluation_without_kept_tables_is_opened_from_its_workbook(world):
    run = found(opened(world, "900101"))
    row, frozen = find_run(run_id=run.pk)
    older = replace(row, files={name: one for name, one in row.files.items() if name != TABLES})
    new, old = (results.engine_of(one, frozen.round) for one in (row, older))
    assert new is not old
    assert new.evaluation.strict == old.evaluation.strict
    assert new.spots == old.spots
    assert new.evaluation.resources.sections.equals(old.evaluation.resources.sections)


def test_what_pages_keep_for_themselves_is_no_document(world):
    row, _ = find_run(run_id=found(opened(world, "900101")).pk)
    assert TABLES in row.files
    assert TABLES not in results.shown_files(row)
