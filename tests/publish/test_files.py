"""Files appear whole or not at all."""

import pytest

from junheng.publish.files import whole_folder, write_whole


def test_a_file_is_written_with_the_folders_it_needs(tmp_path):
    path = write_whole(tmp_path / "a/b/results.json", b"whole")
    assert path.read_bytes() == b"whole"
    assert [p.name for p in path.parent.iterdir()] == ["results.json"]


def test_what_cannot_be_finished_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = write_whole(tmp_path / "results.json", b"old")
    with pytest.raises(TypeError):
        write_whole(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["results.json"]


def test_a_folder_in_the_way_is_an_error_not_a_half_result(tmp_path):
    (tmp_path / "results.xlsx").mkdir()
    with pytest.raises(OSError, match=r"results\.xlsx"):
        write_whole(tmp_path / "results.xlsx", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["results.xlsx"]


def test_the_files_of_a_folder_come_together_or_not_at_all(tmp_path):
    folder = tmp_path / "a/results"
    with pytest.raises(FileNotFoundError), whole_folder(folder) as beside:
        (beside / "one").rename(beside / "nowhere" / "one")
    assert [p.name for p in tmp_path.rglob("*")] == ["a"]
    with whole_folder(folder) as beside:
        (beside / "one").write_text("1")
        assert not (folder / "one").exists()
    assert [p.name for p in folder.iterdir()] == ["one"]
