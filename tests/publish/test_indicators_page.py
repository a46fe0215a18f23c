"""The indicator page: what it says of the rules that are not indicators."""

from junheng.publish.indicators_page import indicators_page
from junheng.rulebook.loader import load_rulebook


def lines_about(kind):
    page = indicators_page(load_rulebook("moe-2017-6"))
    return [line for line in page.splitlines() if line.startswith(f"- {kind}按学段加权拆分")]


def test_the_page_says_which_weights_are_less_sure_than_their_rule():
    for kind in ("九年一贯制学校", "十二年一贯制学校"):
        (line,) = lines_about(kind)
        assert line.endswith("，确定；其中附设幼儿班的权重待核）")
    (line,) = lines_about("完全中学")
    assert line.endswith("，确定）")
