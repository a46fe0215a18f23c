"""Lists of regions on the command line: whatever is wrong with them is one Chinese sentence."""

import pytest

from junheng.base.errors import UnusableFileError
from junheng.cli.site import load_tree
from junheng.store.models import Region
from world import NOW

HEADS = "级别,代码,名称,上级代码"
LIST = f"{HEADS}\nnation,0,全国,\nprovince,11,北京市,0\n"


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_loads_however_it_was_saved(tmp_path, encoding):
    path = tmp_path / "区划.csv"
    path.write_text(LIST, encoding=encoding)
    load_tree(path, "", now=NOW)
    assert {row.name for row in Region.objects.all()} == {"全国", "北京市"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "文件"),
        (LIST.replace("上级代码", "上级"), HEADS),
        (LIST.replace("province", "village"), "第 3 行"),
    ],
    ids=["no file", "a column missing", "an unknown level"],
)
def test_what_is_wrong_with_a_list_is_said_and_nothing_loaded(tmp_path, text, says):
    path = tmp_path / "区划.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableFileError) as caught:
        load_tree(path, "", now=NOW)
    assert says in caught.value.in_chinese()
    assert not Region.objects.exists()


@pytest.mark.django_db
def test_a_folder_without_its_files_says_which_is_missing(tmp_path):
    with pytest.raises(UnusableFileError, match=r"provinces\.csv"):
        load_tree(tmp_path, "", now=NOW)
