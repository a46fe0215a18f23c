"""The element page says what the dictionary says, and the page on disk is the one written now."""

from pathlib import Path

from junheng.intake.layout import make_layout
from junheng.publish.elements_page import elements_page
from junheng.rulebook.loader import load_rulebook

PAGE = Path(__file__).parents[2] / "docs/elements.md"


def test_the_page_on_disk_is_the_page_the_dictionary_gives():
    page = elements_page(load_rulebook("moe-2017-6"))
    assert PAGE.read_text(encoding="utf-8") == page, "run `make docs`"


def test_every_column_of_the_workbook_has_its_line_with_its_unit():
    rulebook = load_rulebook("moe-2017-6")
    page = elements_page(rulebook)
    for sheet in make_layout(rulebook.dictionary, rulebook.labels).sheets:
        assert f"## {sheet.name}\n" in page
    for element in rulebook.dictionary.element:
        label = rulebook.labels["elements"][element.id]["label"]
        unit = rulebook.labels["units"].get(element.unit, "")
        assert any(
            line.startswith(f"| {label} | `{element.id}` |") and f"| {unit} |" in line
            for line in page.splitlines()
        ), element.id
