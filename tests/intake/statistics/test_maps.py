"""The maps of the forms say what the element dictionary says, and nothing that does not exist."""

from itertools import pairwise

from junheng.intake.statistics.maps import edition_for, editions
from junheng.intake.statistics.words import label_of


def all_values(edition):
    return [
        (form.id, value) for form in edition.forms.values() for value in edition.values_of(form)
    ]


def test_the_dictionary_and_the_first_map_name_the_same_cells(law):
    first = editions()[0]
    mapped = {}
    for form, value in all_values(first):
        mapped.setdefault(value.element, set()).add((form, value.cell, first.since))
    for element in law.rulebook.dictionary.by_id().values():
        said = {(f.form, f.cell, f.valid_from) for f in element.forms}
        if element.id == "band_classes":
            said_forms = {form for form, _, _ in said}
            assert said_forms == {form for form, _, _ in mapped[element.id]}
            continue
        here = mapped.get(element.id, set())
        assert said <= here, element.id
        extra = {one for one in here - said if one[1] is not None}
        assert not extra, f"{element.id}: the map names cells the dictionary does not: {extra}"
        assert {form for form, _, _ in here} == {form for form, _, _ in said}, element.id


def test_every_element_and_band_of_a_map_exists(law):
    elements = law.rulebook.dictionary.by_id()
    for edition in editions():
        for _, value in all_values(edition):
            assert value.element in elements
            assert set(value.less) <= set(elements)
            if value.band is not None:
                assert value.band in elements["class_band"].choices
            if value.stage is not None:
                assert value.stage in elements["stage"].choices


def test_bands_follow_each_other_without_gap():
    bands = editions()[0].bands
    for one, following in pairwise(bands):
        assert following.least == one.most + 1
    assert bands[0].least == 0
    assert bands[-1].most is None


def test_the_edition_is_the_last_that_had_begun():
    first, *later = editions()
    assert edition_for(first.since - 1) is None
    assert edition_for(first.since) is first
    assert edition_for(None) is editions()[-1]
    assert edition_for(later[-1].since + 50) is editions()[-1]


def test_headings_are_compared_as_people_read_them():
    same = {
        "#运动场地": "运动场地",
        "其中：女": "女",
        "一、教学及辅助用房": "教学及辅助用房",
        "（一）教学 及\n辅助用房": "教学及辅助用房",
        "教学仪器设备资产值（万元）": "教学仪器设备资产值",
        "26—30人": "26-30人",
        "学校（机构）名称": "学校(机构)名称",
    }
    for written, read in same.items():
        assert label_of(written).name == label_of(read).name
    assert label_of("教学仪器设备资产值（元）").unit == "元"
    assert label_of("县级以上骨干教师（小学）").name != label_of("县级以上骨干教师（初中）").name
