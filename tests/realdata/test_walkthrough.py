"""The walk-through of real data tells what really comes out."""

import re
from pathlib import Path

import polars as pl
import pytest
from ph_schools import convert, figures

from junheng.cli.main import main
from realdata.conftest import PH_SCHOOLS

PAGE = (Path(__file__).parents[2] / "docs/walkthrough-realdata.md").read_text(encoding="utf-8")


def test_the_figures_of_the_nation_are_those_of_the_page(shared_data, tmp_path, capsys):
    convert(shared_data / PH_SCHOOLS, tmp_path / "数据")
    words = ["evaluate", tmp_path / "数据", "-o", tmp_path / "结果"]
    words += ["--rulebook", "demo-ph", "--on", "2016-01-01"]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert not ended.value.code, capsys.readouterr().out
    shown = re.search(r"<!-- ph -->\n(.*?)\n<!-- /ph -->", PAGE, re.DOTALL)
    assert shown[1] == figures(tmp_path / "数据", tmp_path / "结果")


def test_the_figures_of_published_coefficients_are_those_of_the_page(published_cv):
    levels = published_cv.group_by("county", "level").agg(
        pl.col("cv").mean(), pl.col("composite_cv").first().cast(pl.Float64)
    )
    worst = (levels["cv"] - levels["composite_cv"]).abs().max()
    cv = published_cv["cv"]
    districts = published_cv["county"].n_unique()
    told = (
        f"{published_cv.height} 个差异系数，{districts} 个区，{levels.height} 组（区、学段）",
        f"最大相差 {worst:.6f}",
        f"最小 {cv.min():.3f}，中位 {cv.median():.3f}，最大 {cv.max():.3f}",
    )
    for one in told:
        assert one in PAGE
