"""The tree of regions: loaded as a whole or not at all, and changed by documents."""

import csv
import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from junheng.base.people import Level, Role
from junheng.operations.errors import NotAllowedError, RegionFileError
from junheng.operations.regions import (
    Listed,
    Order,
    add_region,
    load_regions,
    merge_regions,
    rename_region,
    split_region,
)
from junheng.store.models import Region
from junheng.store.queries.events import list_faults
from junheng.store.queries.regions import list_above, list_changes, list_children
from world import MACHINE, NOW, TREE

ORDER = Order(document="国函〔2026〕1 号", on=dt.date(2026, 12, 1))


def load(regions):
    return load_regions(actor=MACHINE, regions=regions, on=NOW.date(), now=NOW)


def path_holds():
    """Every path is that of the parent and the region's own id."""
    for row in Region.objects.select_related("parent"):
        assert row.path == f"{row.parent.path if row.parent else ''}{row.pk}/"


def test_the_same_list_twice_changes_nothing(world):
    assert world.regions
    loaded = load(TREE)
    assert (loaded.added, loaded.kept) == (0, len(TREE))
    path_holds()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "regions",
    [
        [Listed(level=Level.COUNTY, code="1", name="无主县", parent="没有的")],
        [Listed(level=Level.CITY, code="9001", name="改了名的市", parent="90")],
        [Listed(level=Level.CITY, code="9002", name=name, parent="90") for name in "甲乙"],
    ],
    ids=["no parent", "another name", "twice"],
)
def test_a_list_that_does_not_hold_together_loads_nothing(regions):
    before = set(Region.objects.values_list("pk", flat=True))
    good = Listed(level=Level.PROVINCE, code="92", name="好省", parent="0")
    with pytest.raises(RegionFileError):
        load([good, *regions])
    assert set(Region.objects.values_list("pk", flat=True)) == before


@pytest.mark.django_db
def test_the_nations_own_codes_load_in_a_handful_of_statements(
    shared_data, django_assert_max_num_queries
):
    listed = [Listed(level=Level.NATION, code="0", name="全国")]
    for file, level, above in (
        ("provinces", Level.PROVINCE, None),
        ("cities", Level.CITY, "provinceCode"),
        ("areas", Level.COUNTY, "cityCode"),
    ):
        with (shared_data / f"cn_admin_codes/{file}.csv").open(encoding="utf-8-sig") as rows:
            listed += [
                Listed(level=level, code=row["code"], name=row["name"], parent=row[above] if above else "0")
                for row in csv.DictReader(rows)
            ]  # fmt: skip
    with django_assert_max_num_queries(60):
        assert load(listed).added == len(listed) > 3000
    path_holds()


def test_a_zone_without_a_code_and_a_school_hang_below_their_county(world):
    city = world.regions["9001"]
    zone = Listed(level=Level.COUNTY, code="", name="高新区")
    region_id = add_region(actor=MACHINE, parent_id=city.pk, region=zone, on=NOW.date(), now=NOW)
    above = [place.name for place in list_above(path=Region.objects.get(pk=region_id).path)]
    assert above == ["全国", "样例省", "样例市", "高新区"]
    path_holds()


def test_a_new_name_is_remembered_with_the_old_and_its_document(world):
    county = world.regions["900101"]
    rename_region(actor=MACHINE, region_id=county.pk, name="东市区", order=ORDER, now=NOW)
    (change,) = list_changes(region_id=county.pk)
    assert (change.old, change.new, change.document) == ("东县", "东市区", ORDER.document)
    assert Region.objects.get(pk=county.pk).name == "东市区"


def test_merged_regions_end_and_their_parts_move(world):
    east, west = world.regions["900101"], world.regions["910101"]
    merge_regions(actor=MACHINE, sources=[west.pk], target_id=east.pk, order=ORDER, now=NOW)
    assert Region.objects.get(pk=west.pk).valid_until == ORDER.on
    names = {child.name for child in list_children(parent_id=east.pk)}
    assert names == {"东县第一小学", "东县第二小学", "西县第一小学"}
    path_holds()
    assert list(list_faults()) == []
    # Who was something in the ended county is nothing there any more.
    assert world.actor(Role.COUNTY_CLERK, inside=False).standings == ()


def test_a_split_takes_the_named_parts_along(world):
    east, second = world.regions["900101"], world.regions["S2"]
    new = Listed(level=Level.COUNTY, code="900102", name="东新区")
    new_id = split_region(
        actor=MACHINE, region_id=east.pk, new=new, children=[second.pk], order=ORDER, now=NOW
    )
    assert [child.name for child in list_children(parent_id=new_id)] == ["东县第二小学"]
    assert [child.name for child in list_children(parent_id=east.pk)] == ["东县第一小学"]
    path_holds()


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SYSTEM_ADMINISTRATOR])
def test_only_administrators_change_the_tree(world, role):
    with pytest.raises(NotAllowedError):
        rename_region(
            actor=world.actor(role), region_id=world.regions["900101"].pk, name="x", order=ORDER,
            now=NOW,
        )  # fmt: skip


def test_an_administrator_changes_his_own_part_only(world):
    administrator = world.actor(Role.SYSTEM_ADMINISTRATOR)
    rename_region(
        actor=administrator, region_id=world.regions["900101"].pk, name="东区", order=ORDER, now=NOW
    )
    with pytest.raises(NotAllowedError):
        rename_region(
            actor=administrator,
            region_id=world.regions["910101"].pk,
            name="x",
            order=ORDER,
            now=NOW,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"level": "village"},
        {"level": "nation"},
        {"code": "900101", "name": "第二个东县"},
        {"name": "东县"},
        {"valid_until": dt.date(2019, 1, 1)},
    ],
    ids=["unknown level", "a second root", "a code twice", "a name twice", "ends before it begins"],
)
def test_the_database_itself_refuses_an_impossible_region(world, change):
    row = {
        "parent": world.regions["9001"], "level": "county", "code": "900199", "name": "新县",
        "valid_from": dt.date(2020, 1, 1), "path": "x/", **change,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Region.objects.create(**row)
